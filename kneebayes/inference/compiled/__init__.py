"""The same elimination in compiled code, for many queries; imported only when it is used."""
