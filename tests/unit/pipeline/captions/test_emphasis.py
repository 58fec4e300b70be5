"""Words worth emphasis are found in three languages, and profane ones are masked without masking others."""

import pytest

from models.jobs.transcript import Word
from pipeline.captions.emphasis import find_emphasis, mask_profanity


def emphasised(text: str, language: str) -> list[str]:
    words = [Word(text=each, start=n, end=n + 0.9) for n, each in enumerate(text.split())]
    found = find_emphasis(words, language)
    return [word.text for index, word in enumerate(words) if index in found]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pt", "custa R$ 1.200 por mês", ["R$", "1.200"]),
        ("pt", "custa R$1.200,50 por mês", ["R$1.200,50"]),
        ("pt", "rende 30 % ao mês", ["30", "%"]),
        ("pt", "rende 30% ao mês", ["30%"]),
        ("pt", "rende 30 por cento ao mês", ["30", "por", "cento"]),
        ("pt", "paga em 3x sem juros", ["3x"]),
        ("pt", "são 5 mil reais por semana", ["5", "mil", "reais"]),
        ("en", "it costs $1,200 a month", ["$1,200"]),
        ("en", "about 40 percent of them", ["40", "percent"]),
        ("en", "about 2 million dollars in sales", ["2", "million", "dollars", "sales"]),
        ("es", "sube un 30 por ciento este mes", ["30", "por", "ciento"]),
        ("es", "cuesta 20 € la caja", ["20", "€"]),
        ("pt", "passa por cento e vinte casas", []),
    ],
)
def test_numbers_are_emphasised_with_what_they_count(language: str, text: str, expected: list[str]) -> None:
    assert emphasised(text, language) == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Bread needs time. Then we bake it.", []),
        ("en", "yesterday we met Anna near the harbour", ["Anna"]),
        ("en", "Anna bakes. They say that Anna bakes well here", ["Anna", "Anna"]),
        ("en", "he said “Wait for me” and so I did", []),
        ("en", "some people think that I’m here", []),
        ("pt", "Depois ele disse: Vamos para casa", []),
        ("pt", "ontem a Maria foi a Recife com a gente", ["Maria", "Recife"]),
        ("pt", "Fica perto. Ninguém sabe que Fica perto daqui fica longe", ["Ninguém"]),
        ("es", "¿Quién sabe? ayer vimos a Lucía en la plaza", ["Lucía"]),
        ("en", "WE BAKE THE BREAD EARLY IN THE MORNING HERE", []),
        ("en", "We Bake The Bread Early In The Morning Here", []),
        ("de", "heute backen wir das Brot im Ofen", []),
    ],
)
def test_a_capital_is_that_of_a_name_inside_a_sentence_alone(language: str, text: str, expected: list[str]) -> None:
    assert emphasised(text, language) == expected


PROFANE = {
    "en": "fuck fucking Fucked motherfuckers clusterfuck shit Shitty bullshit bullshitting bitches cunts assholes dicks"
    " dick cocksucker pussies whores sluts wankers twats"
    " goddamned FUCK DICK bull-shit",
    "pt": "caralho caralhos porra PORRA puta putas putinha putaria merda merdas foda foda-se fodas fodido fodida"
    " fodidos fodendo fodeu cacete buceta bucetas cu cú cus cuzão cuzões cuzinho arrombado arrombada viado viadagem"
    " viadinho desgraçado vagabunda otária otários corno bosta punheta punheteiro piroca pqp fdp",
    "es": "puta putas puto mierda joder jodido jodida jodan jodiendo coño Coños gilipollas cabrón cabrona cabrones"
    " pendejo pendeja pendejada chinga chingada chingar chingue chingón verga maricón carajo culero mamón cojones"
    " hijoputa hijueputa follando malparido conchetumadre",
    "ro": "fuck fucking merda",
}
HARMLESS = {
    "en": "Scunthorpe Dick Dickens Cock cockpit cocktail peacock Hancock class assassin assunto shiitake Wankel Slutsky"
    " analysis therapist document pass Essex niggardly pricked constitution title cucumber",
    "pt": "assunto Peniscola peníscola computador disputa deputado reputação putrefato viaduto viadutos viável cuidado"
    " cultura cuscuz curioso porrada portaria merendeira foca fogo cacetada piranha piranhas concha rola pica burocrata"
    " bostoniano cobra foto putz",
    "es": "cono conos conocer Vergara vergüenza putativo disputa computadora reputación follaje folleto pollo concha"
    " conchas cabra cabrito pendiente cojín mamut culebra culpa jodhpur chingolo mariposa Zorro",
    "de": "dick dicke Dick Hut",
    "ro": "cu",
    "it": "corno polla",
}


@pytest.mark.parametrize(
    ("language", "text"), [(key, each) for key, value in PROFANE.items() for each in value.split()]
)
def test_a_profane_word_is_masked_in_all_its_forms(language: str, text: str) -> None:
    masked = mask_profanity(f"¡{text}!", language)
    assert "*" in masked
    assert masked[1] == text[0]
    assert len(masked) == len(text) + 2


@pytest.mark.parametrize(
    ("language", "text"), [(key, each) for key, value in HARMLESS.items() for each in value.split()]
)
def test_a_word_that_resembles_one_is_not(language: str, text: str) -> None:
    assert mask_profanity(text, language) == text
