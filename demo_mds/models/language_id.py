"""Language: in which of 140 languages a text is written, by py3langid."""

from collections.abc import Iterator

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from repository import Model
from vocabulary import Tensor, output, probabilities, text_input

EXAMPLES = (
    "The library opens at ten and closes at six.",
    "La bibliothèque ouvre à dix heures et ferme à dix-huit heures.",
    "Die Bücherei öffnet um zehn und schließt um sechs Uhr.",
    "La biblioteca abre a las diez y cierra a las seis.",
    "La biblioteca apre alle dieci e chiude alle sei di sera.",
    "De bibliotheek gaat om tien uur open en sluit om zes uur.",
    "A biblioteca abre às dez horas e fecha às dezoito horas.",
    "Biblioteket öppnar klockan tio och stänger klockan sex.",
    "Biblioteka jest otwarta od dziesiątej do osiemnastej.",
    "Библиотека открывается в десять и закрывается в шесть.",
    "Η βιβλιοθήκη ανοίγει στις δέκα και κλείνει στις έξι.",
    "图书馆上午十点开门，下午六点关门。",
    "図書館は午前十時に開き、午後六時に閉まります。",
    "도서관은 오전 열 시에 열고 오후 여섯 시에 닫습니다.",
    "تفتح المكتبة أبوابها في الساعة العاشرة وتغلق في السادسة.",
    "Kütüphane saat onda açılır ve altıda kapanır.",
)
TRUTH = (
    "English", "French", "German", "Spanish", "Italian", "Dutch", "Portuguese", "Swedish",
    "Polish", "Russian", "Greek", "Chinese", "Japanese", "Korean", "Arabic", "Turkish",
)  # fmt: skip
NAMES = {
    "ace": "Acehnese", "af": "Afrikaans", "am": "Amharic", "an": "Aragonese", "ar": "Arabic",
    "ary": "Moroccan Arabic", "arz": "Egyptian Arabic", "as": "Assamese", "az": "Azerbaijani",
    "ba": "Bashkir", "bcl": "Central Bikol", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "br": "Breton", "bs": "Bosnian", "ca": "Catalan", "crh": "Crimean Tatar",
    "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "dz": "Dzongkha",
    "el": "Greek", "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian",
    "eu": "Basque", "ext": "Extremaduran", "fa": "Persian", "fi": "Finnish", "fo": "Faroese",
    "fr": "French", "fuv": "Nigerian Fulfulde", "fy": "West Frisian", "ga": "Irish",
    "gcf": "Guadeloupean Creole", "gcr": "Guianese Creole", "gd": "Scottish Gaelic",
    "gl": "Galician", "gom": "Goan Konkani", "grc": "Ancient Greek", "gu": "Gujarati",
    "gug": "Paraguayan Guarani", "guw": "Gun", "ha": "Hausa", "hbo": "Ancient Hebrew",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "ig": "Igbo", "is": "Icelandic", "it": "Italian",
    "ja": "Japanese", "jv": "Javanese", "ka": "Georgian", "kab": "Kabyle", "kik": "Kikuyu",
    "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean", "ku": "Kurdish",
    "ky": "Kyrgyz", "la": "Latin", "lb": "Luxembourgish", "lg": "Luganda", "lij": "Ligurian",
    "ln": "Lingala", "lo": "Lao", "lt": "Lithuanian", "ltg": "Latgalian", "lv": "Latvian",
    "mg": "Malagasy", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian",
    "mr": "Marathi", "ms": "Malay", "mt": "Maltese", "my": "Burmese", "ne": "Nepali",
    "nl": "Dutch", "nn": "Norwegian Nynorsk", "no": "Norwegian", "nso": "Northern Sotho",
    "oc": "Occitan", "om": "Oromo", "or": "Odia", "pa": "Punjabi", "pcm": "Nigerian Pidgin",
    "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "qu": "Quechua", "ro": "Romanian",
    "ru": "Russian", "rw": "Kinyarwanda", "sa": "Sanskrit", "sdh": "Southern Kurdish",
    "se": "Northern Sami", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian", "sn": "Shona",
    "so": "Somali", "sq": "Albanian", "sr": "Serbian", "st": "Southern Sotho", "sv": "Swedish",
    "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "tg": "Tajik", "th": "Thai",
    "tk": "Turkmen", "tl": "Tagalog", "tr": "Turkish", "tt": "Tatar", "ug": "Uyghur",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "uzs": "Southern Uzbek", "vec": "Venetian",
    "vi": "Vietnamese", "vo": "Volapük", "wa": "Walloon", "wuu": "Wu Chinese", "xh": "Xhosa",
    "yo": "Yoruba", "yue": "Cantonese", "zh": "Chinese", "zu": "Zulu", "zxx": "No language",
}  # fmt: skip


def models() -> Iterator[Model]:
    codes = LanguageIdentifier.from_model_file(MODEL_FILE).labels
    languages = {code: NAMES.get(code, code) for code in sorted(codes)}
    yield Model(
        name="language-id",
        implementation="runtimes.language_id.LanguageRuntime",
        inputs=(text(),),
        outputs=tuple(outputs(list(languages.values()))),
        extra={"languages": languages},
        held_out={"rows": [{"text": text} for text in EXAMPLES], "truth": list(TRUTH)},
    )


def text() -> Tensor:
    description = "A sentence is enough; single words are often too little."
    return text_input("text", EXAMPLES, label="Text", description=description)


def outputs(labels: list[str]) -> Iterator[Tensor]:
    yield output(
        "language",
        "BYTES",
        "class",
        labels=labels,
        question="In which language is the text written?",
        title="Language",
        label="Language",
    )
    yield probabilities("probabilities", labels, label="Probability")
