"""Lines that speech models make of silence, told from what people say."""

import pytest

from pipeline.speech.hallucinations.credit_lines import is_credit_line


@pytest.mark.parametrize(
    "text",
    [
        " Thanks for watching!", "ALTYAZI M.K.", "Thank you for watching. Please subscribe!",
        "Please like, share and subscribe.",
        "Thank you so much for watching, don’t forget to like and subscribe.",
        "Subtitles by the Amara.org community", "Legendas pela comunidade Amara.org",
        "LEGENDAS PELA COMUNIDADE AMARA.ORG", "Obrigado por assistir!",
        "Subtítulos realizados por la comunidad de Amara.org", "¡Gracias por ver el vídeo!",
        "Gracias por ver.", "Sous-titres réalisés para la communauté d'Amara.org",
        "Untertitel im Auftrag des ZDF für funk, 2017", "Субтитры сделал DimaTorzok",
        "ご視聴ありがとうございました。", "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "시청해주셔서 감사합니다.", "Transcribed by https://otter.ai",
        "Thanks for watching and I'll see you in the next video.",
        "If you enjoyed this video, please like and subscribe!",
        "Obrigado por assistir e até o próximo vídeo!", "Se inscreva no canal e ative o sininho.",
        "¡Suscríbete y dale like!", "Merci d'avoir regardé cette vidéo jusqu'au bout !",
        "Untertitelung des ZDF, 2020", "SWR 2021", "Iscrivetevi al mio canale!",
        "Dziękuję za obejrzenie filmu.", "Ставьте лайки и подписывайтесь на канал!",
        "Дякую за перегляд!", "Abone olmayı, beğenmeyi ve yorum yapmayı unutmayın.",
        "チャンネル登録よろしくお願いします!", "最後までご視聴いただきありがとうございました。",
        "中文字幕志愿者 李宗盛", "구독과 좋아요 부탁드립니다.", "MBC 뉴스 이덕영입니다.",
        "لا تنسوا الاشتراك في القناة", "Titulky vytvořil JohnyX",
        "Undertexter från Amara.org-gemenskapen", "Υπότιτλοι AUTHORWAVE",
        "Tack för att ni har tittat", "Terima kasih telah menonton!", "Cảm ơn các bạn đã theo dõi",
        "ขอบคุณที่รับชม",
    ],
)  # fmt: skip
def test_a_credit_line_is_known_in_its_language(text: str) -> None:
    assert is_credit_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "In the next video we see more.", "Watching the show.",
        "Like and subscribe to the idea of peace.", "I'll be watching you.", "Altyazılar hazır.",
        "Untertitel der Serie sind schlecht.", "No próximo vídeo eu mostro o canal.",
        "Até a próxima semana.", "Le sous-titrage est prêt.", "Субтитры готовы.", "字幕很好", "자막이 있어요",
        "Vielen Dank für die Blumen.", "", "...", "Thanks.", "Thank you.",
        "Thanks for watching the children while I was away.",
        "Thanks for watching! Today we bake bread.",
        "Obrigado por assistir a nossa reunião de hoje com os diretores.",
        "As legendas estão prontas.", "The subtitles by my sister were better.",
        "Gracias por venir.",
        "Amara.org is where we keep the subtitles of our course, and everybody in the team can correct them there.",
    ],
)  # fmt: skip
def test_what_people_say_is_none(text: str) -> None:
    assert not is_credit_line(text)
