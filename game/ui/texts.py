"""Every text of the page in English and Hungarian; ``{name}`` stands for what a script fills in."""

from __future__ import annotations

from game.country_names import Language

_ENGLISH = {
    "tabs_label": "Parts of the page",
    "tab_play": "Play",
    "tab_photo": "Your photo",
    "mode_label": "Scoring",
    "mode_country": "Country",
    "mode_distance": "Distance",
    "mode_hint": "Changing the scoring starts a new game",
    "mode_changed": "New game. Scoring: {mode}.",
    "language_label": "Language",
    "loading": "Dealing the first panorama …",
    "round_of": "Round {number} of {rounds}",
    "picture_alt": "A street panorama, somewhere in one of 56 countries",
    "picture_enlarge": "Look closer",
    "picture_fit": "Show the whole picture",
    "you": "You",
    "net": "The net",
    "map_label": "World map: click the country of your guess",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "region_world": "World",
    "region_europe": "Europe",
    "region_asia": "Asia",
    "region_africa": "Africa",
    "region_north_america": "N. America",
    "region_south_america": "S. America",
    "region_oceania": "Oceania",
    "question": "Which country is this?",
    "search_label": "Country of your guess",
    "search_placeholder": "Type a country, or click the map",
    "search_none": "No such country among the 56",
    "guess": "Guess",
    "guess_named": "Guess {country}",
    "pass": "No idea",
    "pass_hint": "Go on without a guess: it scores 0",
    "choose_first": "Choose a country first: on the map or in the list.",
    "net_watching": "The net is looking at the very same picture.",
    "judging": "Judging both guesses …",
    "next_round": "Next round",
    "to_summary": "See the result",
    "new_game": "New game",
    "truth_label": "It was",
    "right": "Right!",
    "wrong": "Not this time.",
    "no_guess": "no guess",
    "net_failed": "The net had no guess this time and scores 0.",
    "points": "+{points}",
    "km_away": "{km} km away",
    "km_from_place": "Distance from the panorama's place to the centre of the guessed country.",
    "km_from_centroid": (
        "This panorama has no coordinates: distance from the centre of the true country to the "
        "centre of the guessed one."
    ),
    "streak": "{count} in a row",
    "top_title": "What the net thought",
    "legend_truth": "The truth",
    "legend_human": "Your guess",
    "legend_model": "The net's guess",
    "heat_title": "Heat map",
    "heat_for": "Highlights what speaks for",
    "heat_model": "its guess",
    "heat_truth": "the truth",
    "heat_human": "your guess",
    "heat_other": "runner-up",
    "heat_opacity": "Strength of the overlay",
    "heat_weak": "weak",
    "heat_strong": "strong",
    "heat_alt": "{country}: highlights strongest {where}",
    "heat_blank": "Blank: nothing in this picture speaks for {country}.",
    "heat_contrast": "{country} rather than {other}",
    "heat_contrast_alt": "{country} rather than {other}: highlights strongest {where}",
    "heat_contrast_blank": (
        "Blank: nothing in this picture speaks for {country} rather than {other}."
    ),
    "heat_none": "No heat map this time.",
    "heat_trying": "Now the outlined region is being covered …",
    "heat_covered": (
        "Covering the outlined region lowers {country} from {before} to {after}; a random region "
        "of the same size, to {random}."
    ),
    "heat_covered_not": (
        "Covering the outlined region does not lower {country}: {before} before, {after} after; a "
        "random region of the same size: {random}."
    ),
    "heat_scale": "All maps of a picture share one scale.",
    "heat_cue": "It looked most at: {cue} ({ratio} × chance).",
    "cue_road_line": "road lines",
    "cue_road_surface": "road surface",
    "cue_bollard": "bollard",
    "cue_pole": "poles and wires",
    "cue_guard_rail": "guard rail",
    "cue_sign": "road sign",
    "cue_shop_text": "shop signs",
    "cue_plate": "number plate",
    "cue_roof": "roof",
    "cue_wall": "walls and windows",
    "cue_fence": "fence",
    "cue_kerb": "kerb",
    "cue_vegetation": "plants",
    "cue_terrain": "the land",
    "where_0_0": "at the upper left",
    "where_0_1": "at the top",
    "where_0_2": "at the upper right",
    "where_1_0": "at the left",
    "where_1_1": "in the middle",
    "where_1_2": "at the right",
    "where_2_0": "at the lower left",
    "where_2_1": "at the bottom",
    "where_2_2": "at the lower right",
    "result_win": "You won the duel!",
    "result_loss": "The net won this duel.",
    "result_draw": "A draw.",
    "result_hint": "Choose a round to see it again, with the net's highlights.",
    "share": "Copy the result",
    "share_done": "Copied.",
    "history_title": "All rounds",
    "column_round": "Round",
    "column_truth": "Country",
    "column_human": "Your guess",
    "column_model": "The net's guess",
    "column_total": "Total",
    "everybody_title": "Everybody so far",
    "everybody_none": "No rounds are counted yet.",
    "everybody_rendered": "Computer-rendered panoramas",
    "everybody_photo": "Photographs",
    "everybody_total": "People {human} of {rounds} rounds right, the net {model} of {rounds}.",
    "everybody_human": "Where people do better",
    "everybody_model": "Where the net does better",
    "everybody_share": "people {human}, the net {model}",
    "everybody_counts": "People {human} of {rounds}, the net {model} of {rounds}",
    "replay": "See round {number} again",
    "replaying": "Round {number}, again",
    "restarted": "Your last game was too old and has been cleared; here is a new one.",
    "problem_data": "There is nothing to play with: {detail}",
    "problem_replay": "This panorama can no longer be read.",
    "photo_choose": "Choose a photo, or drop it here",
    "photo_limits": "JPEG, PNG or WebP, up to 20 MB and 50 megapixels.",
    "photo_private": (
        "It is read in memory only: never stored, never shown to anybody else, and its metadata "
        "is thrown away."
    ),
    "photo_working": "The net is looking at your photo …",
    "photo_title": "Where the net thinks this is",
    "photo_alt": "Your photo",
    "photo_unreadable": (
        "This file could not be read as a photo. Try a JPEG, PNG or WebP of at most 20 MB and "
        "50 megapixels."
    ),
    "photo_too_big": "This file is larger than 20 MB. Try a smaller copy.",
    "photo_failed": "The net could not look at this photo. Please try again.",
    "photo_note": (
        "The net only knows street scenes of 56 countries, and always names one of them: do not "
        "use it to find out where somebody is."
    ),
    "rules_title": "How it works",
    "rules_play_title": "The duel",
    "rules_play": (
        "Five rounds. In each, you and a neural network see the same crop of a street panorama "
        "and guess its country, one of 56. Then the truth comes out, and the net shows its five "
        "best guesses and where it looked."
    ),
    "rules_fair_title": "A fair opponent",
    "rules_fair": (
        "Only places held out from training are dealt: the net has never seen the place, nor "
        "another picture of it. It looks while you think, and both guesses are judged by the "
        "same rule. The answer stays on the server until your guess is in."
    ),
    "rules_score_title": "Scoring",
    "rules_score": (
        "Country: 1000 for the right country, else 0. Distance: 5000 × e^(−d / 1492.7 km), where d "
        "is 0 for the right country, else the distance from the panorama's place to the centre of "
        "the guessed country. No guess scores 0. Changing the scoring starts a new game."
    ),
    "rules_heat_title": "The heat map",
    "rules_heat": (
        "A Grad-CAM heat map highlights the parts of the picture that raise the net's score for a "
        "country; the last one, those that speak for one country rather than another. It is a hint "
        "at where the net looked, not a proof of why. That is why the outlined region, at most a "
        "fifth of the picture, is covered and the net asked again. All maps of one picture share "
        "one scale, and an empty map is called blank."
    ),
    "rules_pictures_title": "The pictures",
    "imagery_rendered": (
        "These panoramas are computer-rendered: a practice world built from facts about each "
        "country's roadsides. No such place exists."
    ),
    "imagery_rendered_short": "Computer-rendered",
    "imagery_photo": (
        "The panoramas are Street View imagery, © Google, shown for research and play. The "
        "place names and coordinates come with the data set and can be off."
    ),
    "imagery_photo_short": "© Google Street View",
    "rules_keys_title": "Keyboard",
    "rules_keys": (
        "Type a country's name, code or nickname; arrow keys choose, Enter takes it, Enter again "
        "guesses, and once more goes on. 1, 2, 3 … choose a heat map."
    ),
    "rules_kept_title": "What is kept",
    "kept_counts": (
        "Of each finished round: the hour, the scoring, the country, both guesses and their "
        "points, and whether the picture was rendered. No name, no address, nothing that tells "
        "one player from another. Of photos: nothing."
    ),
    "kept_nothing": "Nothing: neither games nor photos.",
    "no_tracking": "No tracking, no cookies; photos are never kept.",
    "tab_guide": "Field guide",
    "guide_index": "Countries of the field guide",
    "guide_filter": "Find a country",
    "guide_loading": "Fetching facts and pictures …",
    "guide_telling": "What gives it away",
    "guide_only": "(only here)",
    "guide_also": "(also in {countries})",
    "guide_alike": "Looks most like:",
    "guide_pictures": "Rendered pictures to study",
    "guide_outlines": "Which details are outlined",
    "guide_all": "All",
    "guide_none": "None",
    "guide_alt": "A rendered street picture of {country}. To be seen: {cues}.",
    "guide_to_come": "Pictures of this country are to come; the facts are here already.",
    "guide_facts": "The facts",
    "guide_driving": "Traffic",
    "guide_lines": "Road lines",
    "guide_road": "Road",
    "guide_bollards": "Bollards",
    "guide_poles": "Utility poles",
    "guide_rails": "Guard rails",
    "guide_signs": "Signs",
    "guide_plates": "Number plates",
    "guide_writing": "Languages",
    "guide_buildings": "Buildings",
    "guide_fences": "Fences",
    "guide_plants": "Plants",
    "guide_land": "Land",
    "guide_camera": "Street-view camera",
    "guide_words": "On shops",
    "guide_towns": "On signs",
    "guide_why": "Remark:",
    "guide_note": (
        "This is what the practice world is built from: habits with exceptions, not laws. "
        "The game deals other places than those shown here."
    ),
}

_HUNGARIAN = {
    "tabs_label": "Az oldal részei",
    "tab_play": "Játék",
    "tab_photo": "A te fotód",
    "mode_label": "Pontozás",
    "mode_country": "Ország",
    "mode_distance": "Távolság",
    "mode_hint": "A pontozás váltása új játékot kezd",
    "mode_changed": "Új játék. Pontozás: {mode}.",
    "language_label": "Nyelv",
    "loading": "Osztjuk az első panorámát …",
    "round_of": "{number}. kör / {rounds}",
    "picture_alt": "Utcai panoráma, valahol az 56 ország egyikében",
    "picture_enlarge": "Közelebbről",
    "picture_fit": "Az egész kép",
    "you": "Te",
    "net": "A háló",
    "map_label": "Világtérkép: kattints a tippelt országra",
    "zoom_in": "Nagyítás",
    "zoom_out": "Kicsinyítés",
    "region_world": "Világ",
    "region_europe": "Európa",
    "region_asia": "Ázsia",
    "region_africa": "Afrika",
    "region_north_america": "É-Amerika",
    "region_south_america": "D-Amerika",
    "region_oceania": "Óceánia",
    "question": "Melyik ország ez?",
    "search_label": "A tippelt ország",
    "search_placeholder": "Írd be, vagy kattints a térképre",
    "search_none": "Nincs ilyen az 56 ország között",
    "guess": "Tippelek",
    "guess_named": "Tippem: {country}",
    "pass": "Nem tudom",
    "pass_hint": "Tovább tipp nélkül: 0 pontot ér",
    "choose_first": "Előbb válassz országot a térképen vagy a listából.",
    "net_watching": "A háló ugyanezt a képet nézi.",
    "judging": "Mindkét tippet értékeljük …",
    "next_round": "Következő kör",
    "to_summary": "Lássuk az eredményt",
    "new_game": "Új játék",
    "truth_label": "A megoldás",
    "right": "Eltaláltad!",
    "wrong": "Most nem jött be.",
    "no_guess": "nincs tipp",
    "net_failed": "A hálónak most nem volt tippje, 0 pontot kap.",
    "points": "+{points}",
    "km_away": "{km} km-re",
    "km_from_place": "Távolság a panoráma helyétől a tippelt ország közepéig.",
    "km_from_centroid": (
        "Ennek a panorámának nincs koordinátája: a távolság a valódi ország közepétől a tippelt "
        "ország közepéig értendő."
    ),
    "streak": "{count} találat egymás után",
    "top_title": "Mire gondolt a háló",
    "legend_truth": "A megoldás",
    "legend_human": "A te tipped",
    "legend_model": "A háló tippje",
    "heat_title": "Hőtérkép",
    "heat_for": "Kiemelve, ami erre utal:",
    "heat_model": "a háló tippje",
    "heat_truth": "a megoldás",
    "heat_human": "a te tipped",
    "heat_other": "további esélyes",
    "heat_opacity": "A kiemelés erőssége",
    "heat_weak": "gyenge",
    "heat_strong": "erős",
    "heat_alt": "{country}: a kiemelés {where} a legerősebb",
    "heat_blank": "Üres: ezen a képen semmi sem utal erre: {country}.",
    "heat_contrast": "inkább {country}, mint {other}",
    "heat_contrast_alt": "Inkább {country}, mint {other}: a kiemelés {where} a legerősebb",
    "heat_contrast_blank": (
        "Üres: ezen a képen semmi sem utal inkább erre: {country}, mint erre: {other}."
    ),
    "heat_none": "Ezúttal nincs hőtérkép.",
    "heat_trying": "A körülrajzolt részt éppen letakarjuk …",
    "heat_covered": (
        "Ha a körülrajzolt részt letakarjuk, {country} esélye {before}-ról {after}-ra csökken; egy "
        "ugyanekkora véletlen résszel {random}-ra."
    ),
    "heat_covered_not": (
        "Ha a körülrajzolt részt letakarjuk, {country} esélye nem csökken: előtte {before}, utána "
        "{after}; egy ugyanekkora véletlen résszel {random}."
    ),
    "heat_scale": "Egy kép minden térképe közös skálájú.",
    "heat_cue": "Leginkább ezt nézte: {cue} (a véletlenhez képest {ratio} ×).",
    "cue_road_line": "útburkolati jelek",
    "cue_road_surface": "útfelület",
    "cue_bollard": "vezetőoszlop",
    "cue_pole": "oszlopok és vezetékek",
    "cue_guard_rail": "szalagkorlát",
    "cue_sign": "közúti tábla",
    "cue_shop_text": "cégérek",
    "cue_plate": "rendszám",
    "cue_roof": "tető",
    "cue_wall": "falak és ablakok",
    "cue_fence": "kerítés",
    "cue_kerb": "útszegély",
    "cue_vegetation": "növényzet",
    "cue_terrain": "a táj",
    "where_0_0": "a bal felső részen",
    "where_0_1": "felül",
    "where_0_2": "a jobb felső részen",
    "where_1_0": "bal oldalt",
    "where_1_1": "középen",
    "where_1_2": "jobb oldalt",
    "where_2_0": "a bal alsó részen",
    "where_2_1": "alul",
    "where_2_2": "a jobb alsó részen",
    "result_win": "Megnyerted a párbajt!",
    "result_loss": "Ezt a párbajt a háló nyerte.",
    "result_draw": "Döntetlen.",
    "result_hint": "Válassz egy kört, és nézd meg újra, a háló kiemeléseivel együtt.",
    "share": "Eredmény másolása",
    "share_done": "Kimásolva.",
    "history_title": "Az összes kör",
    "column_round": "Kör",
    "column_truth": "Ország",
    "column_human": "A te tipped",
    "column_model": "A háló tippje",
    "column_total": "Összesen",
    "everybody_title": "Eddig mindenki együtt",
    "everybody_none": "Még nincs megszámolt kör.",
    "everybody_rendered": "Számítógéppel készült panorámák",
    "everybody_photo": "Fényképek",
    "everybody_total": "{rounds} körből az emberek {human}, a háló {model} országot talált el.",
    "everybody_human": "Ahol az emberek jobbak",
    "everybody_model": "Ahol a háló jobb",
    "everybody_share": "emberek {human}, háló {model}",
    "everybody_counts": "Emberek: {rounds} körből {human}, háló: {rounds} körből {model}",
    "replay": "A(z) {number}. kör újra",
    "replaying": "{number}. kör, újranézve",
    "restarted": "Az előző játékod túl régi volt, ezért töröltük; itt egy új.",
    "problem_data": "Nincs mivel játszani: {detail}",
    "problem_replay": "Ez a panoráma már nem olvasható.",
    "photo_choose": "Válassz egy fotót, vagy húzd ide",
    "photo_limits": "JPEG, PNG vagy WebP, legfeljebb 20 MB és 50 megapixel.",
    "photo_private": (
        "Csak a memóriában olvassuk be: nem tároljuk, senki más nem látja, a metaadatait eldobjuk."
    ),
    "photo_working": "A háló a fotódat nézi …",
    "photo_title": "A háló szerint ez itt készült",
    "photo_alt": "A te fotód",
    "photo_unreadable": (
        "Ezt a fájlt nem sikerült fotóként beolvasni. Próbálj egy legfeljebb 20 MB-os, "
        "50 megapixeles JPEG, PNG vagy WebP képet."
    ),
    "photo_too_big": "Ez a fájl nagyobb 20 MB-nál. Próbáld kisebb másolattal.",
    "photo_failed": "A háló nem tudta megnézni ezt a fotót. Próbáld újra.",
    "photo_note": (
        "A háló csak 56 ország utcaképeit ismeri, és mindig ezek egyikét mondja: ne használd arra, "
        "hogy kiderítsd, hol van valaki."
    ),
    "rules_title": "Hogyan működik?",
    "rules_play_title": "A párbaj",
    "rules_play": (
        "Öt kör. Mindegyikben te és egy neurális háló ugyanazt a kivágást látjátok egy utcai "
        "panorámából, és kitaláljátok, melyik ország az 56 közül. Utána kiderül a megoldás, a háló "
        "pedig megmutatja az öt legjobb tippjét, és azt, hová nézett."
    ),
    "rules_fair_title": "Tisztességes ellenfél",
    "rules_fair": (
        "Csak olyan helyek kerülnek sorra, amelyek kimaradtak a tanításból: a "
        "háló sem a helyet, sem "
        "más képet nem látott róla. Addig néz, amíg te gondolkodsz, és mindkét tippet ugyanaz a "
        "szabály értékeli. A megoldás a tipped beérkeztéig a szerveren marad."
    ),
    "rules_score_title": "Pontozás",
    "rules_score": (
        "Ország: 1000 pont a helyes országért, különben 0. Távolság: 5000 × "
        "e^(−d / 1492,7 km), ahol "
        "d a helyes országnál 0, különben a panoráma helyének távolsága a "
        "tippelt ország közepétől. "
        "Tipp nélkül 0 pont jár. A pontozás váltása új játékot kezd."
    ),
    "rules_heat_title": "A hőtérkép",
    "rules_heat": (
        "A Grad-CAM hőtérkép a kép azon részeit emeli ki, amelyek növelik a háló pontszámát egy "
        "országra; az utolsó azokat, amelyek inkább az egyik országra utalnak, mint egy másikra. "
        "Jelzés arról, hová nézett, nem bizonyíték arra, miért. Ezért a körülrajzolt részt, a kép "
        "legfeljebb ötödét, letakarjuk, és a hálót újra megkérdezzük. Egy kép minden térképe közös "
        "skálájú, és az üres térképet üresnek is mondjuk."
    ),
    "rules_pictures_title": "A képek",
    "imagery_rendered": (
        "Ezek a panorámák számítógéppel készültek: gyakorlóvilág, amely az egyes országok "
        "útmenti jellegzetességeiből épült. Ilyen helyek a valóságban nincsenek."
    ),
    "imagery_rendered_short": "Számítógépes kép",
    "imagery_photo": (
        "A panorámák Street View-felvételek, © Google; kutatáshoz és játékhoz mutatjuk őket. "
        "A helynevek és a koordináták az adathalmazból valók, és pontatlanok lehetnek."
    ),
    "imagery_photo_short": "© Google Street View",
    "rules_keys_title": "Billentyűzet",
    "rules_keys": (
        "Írd be az ország nevét, kódját vagy becenevét; a nyilakkal "
        "választhatsz, az Enter elfogadja, "
        "még egy Enter tippel, a következő továbblép. Az 1, 2, 3 … hőtérképet választ."
    ),
    "rules_kept_title": "Mit őrzünk meg?",
    "kept_counts": (
        "Minden befejezett körből ennyit: melyik órában ért véget, a pontozás, az ország, a két "
        "tipp és a pontjuk, és hogy a kép számítógéppel készült-e. Sem név, sem cím, semmi, amiből "
        "az egyik játékos megkülönböztethető a másiktól. Fotókból semmit."
    ),
    "kept_nothing": "Semmit: sem játékot, sem fotót.",
    "no_tracking": "Nincs követés, nincs süti; fotót soha nem őrzünk meg.",
    "tab_guide": "Határozó",
    "guide_index": "A határozó országai",
    "guide_filter": "Ország keresése",
    "guide_loading": "Jönnek a tények és a képek …",
    "guide_telling": "Miről ismerhető föl",
    "guide_only": "(csak itt)",
    "guide_also": "(itt is: {countries})",
    "guide_alike": "Ezekre hasonlít leginkább:",
    "guide_pictures": "Számítógépes képek tanuláshoz",
    "guide_outlines": "Mi legyen körberajzolva",
    "guide_all": "Minden",
    "guide_none": "Semmi",
    "guide_alt": "Számítógépes utcakép, {country}. Látható rajta: {cues}.",
    "guide_to_come": "Erről az országról még nincs kép; a tények már itt vannak.",
    "guide_facts": "A tények",
    "guide_driving": "Közlekedés",
    "guide_lines": "Útburkolati jelek",
    "guide_road": "Út",
    "guide_bollards": "Vezetőoszlopok",
    "guide_poles": "Villanyoszlopok",
    "guide_rails": "Szalagkorlátok",
    "guide_signs": "Táblák",
    "guide_plates": "Rendszámok",
    "guide_writing": "Nyelvek",
    "guide_buildings": "Épületek",
    "guide_fences": "Kerítések",
    "guide_plants": "Növényzet",
    "guide_land": "Táj",
    "guide_camera": "Az utcakép kamerája",
    "guide_words": "Boltokon",
    "guide_towns": "Táblákon",
    "guide_why": "Megjegyzés (angolul):",
    "guide_note": (
        "Ezekből épül a gyakorlóvilág: szokások, kivételekkel, nem törvények. "
        "A játék más helyeket oszt, mint amik itt láthatók."
    ),
}

TEXTS: dict[Language, dict[str, str]] = {"en": _ENGLISH, "hu": _HUNGARIAN}
