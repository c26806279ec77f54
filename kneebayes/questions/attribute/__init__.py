"""What produced what: findings and the causes behind them."""
