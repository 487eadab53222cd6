"""Folder names of the photo data set, and the country code each one stands for."""

from __future__ import annotations

FOLDER_OF: dict[str, str] = {
    "AD": "Andorra", "AE": "United Arab Emirates", "AR": "Argentina", "AU": "Australia",
    "BD": "Bangladesh", "BE": "Belgium", "BG": "Bulgaria", "BR": "Brazil", "BT": "Bhutan",
    "BW": "Botswana", "CA": "Canada", "CH": "Switzerland", "CL": "Chile", "CO": "Colombia",
    "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia", "ES": "Spain",
    "FI": "Finland", "FR": "France", "GB": "United Kingdom", "GR": "Greece", "HK": "Hong Kong",
    "HR": "Croatia", "HU": "Hungary", "ID": "Indonesia", "IE": "Ireland", "IL": "Israel",
    "IS": "Iceland", "IT": "Italy", "JP": "Japan", "KH": "Cambodia", "KR": "South Korea",
    "LT": "Lithuania", "LV": "Latvia", "MX": "Mexico", "MY": "Malaysia", "NL": "Netherlands",
    "NO": "Norway", "NZ": "New Zealand", "PE": "Peru", "PL": "Poland", "PT": "Portugal",
    "RO": "Romania", "RU": "Russia", "SE": "Sweden", "SG": "Singapore", "SI": "Slovenia",
    "SK": "Slovakia", "SZ": "Eswatini", "TH": "Thailand", "TW": "Taiwan", "UA": "Ukraine",
    "US": "United States", "ZA": "South Africa",
}  # fmt: skip
"""Code to folder name in ``ubitquitin/geolocation-geoguessr-images-50k``."""

CODE_OF_FOLDER: dict[str, str] = {folder.casefold(): code for code, folder in FOLDER_OF.items()}

OTHER_FOLDERS: frozenset[str] = frozenset(
    name.strip().casefold()
    for name in (
        "Aland, Albania, American Samoa, Antarctica, Armenia, Austria, Belarus, Bermuda, Bolivia, "
        "China, Costa Rica, Curacao, Dominican Republic, Ecuador, Egypt, Faroe Islands, "
        "Ghana, Gibraltar, Greenland, Guam, Guatemala, India, Iraq, Isle of Man, Jersey, Jordan, "
        "Kenya, Kyrgyzstan, Laos, Lebanon, Lesotho, Luxembourg, Macao, Madagascar, Malta, "
        "Martinique, Monaco, Mongolia, Montenegro, Mozambique, Myanmar, Nepal, Nigeria, "
        "North Macedonia, Northern Mariana Islands, Pakistan, Palestine, Paraguay, Philippines, "
        "Pitcairn Islands, Puerto Rico, Qatar, Reunion, San Marino, Senegal, Serbia, "
        "South Georgia and South Sandwich Islands, South Sudan, Sri Lanka, "
        "Svalbard and Jan Mayen, Tanzania, Tunisia, Turkey, US Virgin Islands, Uganda, Uruguay, "
        "Venezuela, Vietnam"
    ).split(",")
)
"""Folders of that data set outside the label set: skipped and counted, never relabelled."""
