"""Values as laboratories print them, with units and normal ranges; and what was only ordered."""

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("urate 512 umol/L (200-430)", "blood_urate"),
        ("Urate 310 umol/L (200-430)", "-blood_urate"),
        ("Uric acid 8.1 mg/dL (3.4-7.0) H", "blood_urate"),
        (
            "CRP 145 (ref <5); WBC 15.8 (4-11) H; Uric acid 8.1 mg/dL (3.4-7.0)",
            "blood_inflammation blood_white_cells blood_urate",
        ),
        (
            "CRP 4 mg/L (0-5), WCC 7.2 x10^9/L (4.0-11.0), D-dimer 240 ng/mL (<500).",
            "-blood_inflammation -blood_white_cells -d_dimer",
        ),
        ("D-dimer: 1,250 ug/L FEU (normal < 500)", "d_dimer"),
        ("ESR 68 mm/hr (0-20)", "blood_inflammation"),
        ("ESR 68 mm/hr, HR 72", "blood_inflammation -fast_heartbeat"),
        ("WCC 16.2 x 10^9/L", "blood_white_cells"),
        ("Fluid: WBC 82,000/\u00b5L, 92% PMN", "fluid_white_cells"),
        ("Joint fluid WCC 65 x10^9/L", "fluid_white_cells"),
        ("Joint fluid: WCC 1,200/mm3", "-fluid_white_cells"),
        ("Staph aureus grown in the fluid.", "fluid_bacteria"),
        ("Blood cultures negative.", ""),
        ("MRI shows ACL intact but PCL torn.", "-mri_acl_tear mri_pcl_tear"),
        ("MRI booked for meniscal tear.", ""),
        ("X-ray requested for a fracture.", ""),
        ("CRP < 5, D-dimer < 500", "-blood_inflammation -d_dimer"),
        ("Morning stiffness > 1 hour", "stiffness long_morning_stiffness -short_morning_stiffness"),
        ("Pain 0/10 at rest", "-night_pain"),
        ("Calf 41 cm (38-45)", ""),
    ],
)
def test_a_value_is_held_to_its_range(knee, text, expected):
    answers = knee.read(text).answers
    told = {id if answer else f"-{id}" for id, answer in answers.items()} - {"swollen_knee"}
    assert told == set(expected.split())
