"""Routing: lists and cards of e-services and programmes, deep links. Not here: their forms (filing.py)."""

from __future__ import annotations

from telegram import Update

from db.message import Button, Rows
from eservices.catalogue import Service
from handlers import entries
from handlers.turn import Context
from locales import Html


async def command(update: Update, context: Context) -> None:
    """/services."""
    show_list(context)


async def clinic(update: Update, context: Context) -> None:
    """/clinic: straight to the card of the business clinic."""
    show_card(context, context.house.catalogue.service("clinic"))


async def desk(update: Update, context: Context) -> None:
    """/desk: straight to the card of the service desk."""
    show_card(context, context.house.catalogue.service("desk"))


def show_list(context: Context) -> None:
    """The six e-services, and the way to the programmes."""
    rows = _service_rows(context, "service")
    rows += ((context.button("services.programmes", "m:programmes"),), (context.button("menu.home", "m:home"),))
    context.say_text("services.list", rows)


def show_programmes(context: Context) -> None:
    """The programmes beside the six e-services."""
    rows = _service_rows(context, "programme")
    rows += ((context.button("services.six", "m:services"),), (context.button("menu.home", "m:home"),))
    context.say_text("services.programmes_list", rows)


def _service_rows(context: Context, kind: str) -> Rows:
    return tuple((service_button(context, s),) for s in context.house.catalogue if s.kind == kind)


def service_button(context: Context, service: Service) -> Button:
    """A button that opens the card."""
    return Button(f"{service.icon} {service.name.said(context.lang)}", f"s:{service.id}")


def show_card(context: Context, service: Service, question_id: int = 0) -> None:
    """What the service is, for whom, papers, steps, cost and time where known, its address, "apply here"."""
    rows: list[tuple[Button, ...]] = [
        (context.button("services.apply", f"s:{service.id}:apply:{question_id}"),),
    ]
    if service.link is not None:
        rows.append((Button(context.label("services.site"), url=service.link.url),))
    rows.append((context.button("menu.human", "m:human"), context.button("menu.home", "m:home")))
    context.say(card_text(context, service), tuple(rows))


def card_text(context: Context, service: Service) -> str:
    """The card as HTML."""
    lang = context.lang
    parts = [
        context.html("services.card_title", icon=service.icon, name=service.name.said(lang)),
        context.html("services.about", text=service.about.said(lang)),
        context.html("services.for_whom", text=service.for_whom.said(lang)),
    ]
    if service.papers.said(lang):
        papers = _lines(context, "services.bullet", service.papers.said(lang))
        parts.append(context.html("services.papers", list=papers))
    parts.append(context.html("services.steps", list=_lines(context, "services.numbered", service.steps.said(lang))))
    if service.cost is not None:
        parts.append(context.html("services.cost", text=service.cost.said(lang)))
    if service.duration is not None:
        parts.append(context.html("services.duration", text=service.duration.said(lang)))
    if service.link is not None:
        parts.append(context.html("services.link_note", text=service.link.note.said(lang)))
    parts.append(entries.source_line(context, service.sources, service.checked_on))
    return "\n\n".join(part for part in parts if part)


def _lines(context: Context, key: str, items: tuple[str, ...]) -> Html:
    lines = (context.html(key, number=number, text=item) for number, item in enumerate(items, 1))
    return Html("\n".join(lines))


async def press(update: Update, context: Context) -> None:
    """s:<service> opens the card, s:<service>:apply:<question> the form."""
    from handlers import filing

    assert context.match is not None
    service_id, apply, question_id = context.match.group(1, 2, 3)
    if service_id not in context.house.catalogue:
        context.toast("press.stale")
        return
    service = context.house.catalogue.service(service_id)
    if apply:
        await filing.begin(context, service, int(question_id or 0))
    else:
        show_card(context, service)


async def open_by_link(context: Context, payload: str) -> bool:
    """What a deep link names: a service, or a topic (dots cannot stand in links, so _ stands for them)."""
    if payload in context.house.catalogue:
        show_card(context, context.house.catalogue.service(payload))
        return True
    for topic in (payload, payload.replace("_", ".", 1)):
        if topic in context.house.entries:
            entries.show_entry(context, context.house.entries[topic], entries.Shown(0, judged=False))
            return True
    return False
