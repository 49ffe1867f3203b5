"""Tell a person's letter from what machines send, by a table of rules that record why they matched."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ingest.parse import ParsedMail
from ingest.phrases import one_of
from ingest.report import bounce_of, has_failed_delivery, has_only_succeeded
from ledger.ports import Screening, ScreeningHit
from ledger.words import Disposition

_BODY = 6000  # characters of the body that are looked at: a machine says early what it wants
_SUBJECT = 500
_FOUND = 80
_ABSENCE = 1000  # characters in which an automatic answer has told of an absence

# Local parts that only a mail system has, and those that now and then a person has too.
_CERTAIN_DAEMON = one_of(r"mailer[-_.]?d(?:a|ae)mon", r"mail[-_. ]?delivery[-_. ]?(?:sub)?system", start="^", end=r"\b")
_POSTMASTER = one_of(r"poo?st[-_.]?master", r"mail[-_.]?d(?:a|ae)mon", r"mdaemon", start="^", end=r"(?![a-z])")
_DAEMON = one_of(
    r"mailer[-_.]?d(?:a|ae)mon",
    r"mail[-_.]?d(?:a|ae)mon",
    r"mdaemon",
    r"mail[-_. ]?delivery[-_. ]?(?:sub)?system",
    r"delivery[-_.]?(?:status|report|failure)",
    r"mail[-_. ]?system",
    r"poo?st[-_.]?master",
    r"system[-_. ]?administrator",
    r"sysadmin",
    r"bounces?",
    r"autoreply",
    r"(?:[\w.-]{0,60}[-_.])?(?:anti[-_.]?virus|smtp|mail(?:scan|gate)\w*|amavis\w*)",
    start="^",
    end="(?![a-z])",
)
_NO_REPLY_SENDER = one_of(
    r"(?:^|[-_.+])(?:no|non|not|do[-_.]?not|don'?t|never)[-_.]?repl(?:y|ies)",
    r"(?:^|[-_.+])(?:ne[-_.]pas|pas[-_.]de)[-_.]?repon\w+",
    r"(?:^|[-_.+])(?:jangan|tidak|tdk|no)[-_.]?(?:di)?(?:balas|jawab)",
    r"(?:^|[-_.+])no[-_.]?respon\w*",
    r"^(?:bounces?|notif(?:y|ication|ikasi)s?|alerts?|newsletters?|nobody)(?:[-_.+]|$)",
    r"^auto(?:mail|reply|responder|matic)(?:[-_.+]|$)",
)
_LIST_SENDER = one_of(r"owner-[^@]+", r"[^@]+-(?:bounces?|owner)(?:[+=][^@]*)?", r"sentto-\d[^@]*", start="^", end="@")

_FAILED_SUBJECT = one_of(
    r"undeliver",
    r"non-?deliver",
    r"not (?:yet )?(?:been )?deliver",
    r"returned (?:e-?)?mail",
    r"return(?:ed)? to sender",
    r"failure notice",
    r"mail failure",
    r"delayed mail",
    r"mail delivery",
    r"delivery (?:report|notification)",
    r"notify: see transcript",
    r"(?:mail|message|delivery|transmission|sending)\b.{0,30}"
    r"\b(?:fail\w*|error|delay\w*|status|problem|rejected|bounced)",
    r"\b(?:fail\w*|error|delay\w*|could not|unable to|rejected|problem)\b.{0,30}\b(?:deliver\w*|mail|message|send\w*)",
    r"(?:gagal|tidak|tertunda|ditolak).{0,25}(?:kirim|terkirim|dikirim|pengiriman|tersampaikan)",
    r"pengiriman.{0,25}(?:gagal|tertunda)",
    r"unzustellbar",
    r"non remis",
    r"no se ha podido",
    r"mancata consegna",
    r"доставлен",
)
_FAILED_TEXT = one_of(
    r"\b[45]\d\d[ -]#?[45]\.\d{1,3}\.\d{1,3}\b",
    r"\b(?:RCPT TO|MAIL FROM|END OF DATA|SMTP error|SMTP server|remote host said)\b",
    r"\b(?:user|recipient|mailbox|address|account|host|domain)s?\b.{0,30}\b"
    r"(?:unknown|not found|unavailable|disabled|full|invalid|rejected|inactive|unrouteable|over quota"
    r"|does(?: not|n't) exist)",
    r"\bunknown (?:user|recipient|host|domain|address|mailbox)",
    r"\bno such (?:user|person|mailbox|recipient|address)",
    r"undeliver(?:able|ed)",
    r"unable to (?:deliver|transmit|relay)",
    r"returned to (?:the )?sender",
    r"delivery (?:has )?(?:failed|failure|error)",
    r"(?:not|n't) (?:yet )?(?:be |been )?(?:able to )?(?:be )?(?:deliver|sen[dt]|relay|process|transmit)",
    r"(?:permanent|fatal|temporary)\w*\s+(?:fatal\s+)?(?:error|failure)",
    r"(?:message|mail)\b.{0,40}\b(?:bounced|rejected|delayed|expired)",
    r"(?:still being|will be) retried",
    r"failed (?:permanently|recipient)",
    r"quota exceeded",
    r"(?:tidak (?:dapat|bisa|berhasil|dpt)|gagal)\s+(?:di|ter|meng|pen)?\w{0,6}(?:kirim|sampaikan|antar)",
    r"alamat.{0,40}tidak (?:ada|ditemukan|dikenal)",
)
_PROTOCOL = one_of(r"^\W*(?:RCPT TO|MAIL FROM)\s*:", r"\b55\d[ -]\W{0,3}\w", start="(?m:", end=")")
# What stands at the head of an automatic answer's subject; the sign behind it keeps out a person's sentence.
_BEHIND_AUTO = r"(?=\s*(?:[:：(\[]|-\s|$|re:|until\b|till\b|sampai\b|hingga\b|s\.?/?d\b))"
_AUTO_SUBJECT = one_of(
    r"(?:automatic(?:ally)?|automated|auto)[- ]?(?:reply|respons(?:e|es)?|responder|answer)",
    r"(?:automatically|auto)[- ]?generated (?:reply|response)",
    r"(?:yahoo!? )?auto[- ]?response",
    r"autoreply",
    r"autorespon\w*",
    r"out[- ]of[- ](?:the[- ])?office(?:[- ](?:auto[- ]?)?(?:reply|response|message|notice))?",
    r"ooo",
    r"(?:vacation|annual leave) (?:reply|response|notice|message)",
    r"(?:balasan|jawaban|respons?|tanggapan|pesan|balas)\s+otomatis",
    r"automatische antwort",
    r"abwesenheits\w*",
    r"r[ée]ponse automatique",
    r"absence du bureau",
    r"respuesta autom[áa]tica",
    r"risposta automatica",
    r"resposta autom[áa]tica",
    r"automatisch antwoord",
    r"автоответ",
    r"automatisk svar",
    r"自动回复",
    r"自動返信",
    r"自動回覆",
    start=r"^\W{0,5}",
    end=_BEHIND_AUTO,
)
# Words that head a complaint about leave as well; only with a body that tells of an absence do they mean one.
_ABSENT_SUBJECT = one_of(
    r"auto",
    r"(?:on )?(?:vacation|annual leave)",
    r"(?:saya\s+)?(?:sedang\s+)?(?:cuti|tidak (?:ada )?di kantor|di luar kantor)",
    start=r"^\W{0,5}",
    end=_BEHIND_AUTO,
)
_ABSENT = one_of(
    r"(?:saya|kami)\s+(?:sedang|masih|saat ini|akan)?\s*(?:sedang\s+)?"
    r"(?:cuti|tidak (?:berada |ada )?di (?:kantor|tempat)|berada di luar (?:kantor|kota)|dinas luar)",
    r"I(?:'m| am| will be)?\s+(?:currently\s+)?(?:on (?:annual |sick |maternity )?(?:leave|vacation|holiday)"
    r"|out of (?:the |my )?office|away)",
)
_BACK = one_of(
    r"kembali\s+(?:bekerja |masuk |aktif |berkantor |ke kantor )?(?:pada|tanggal|tgl|hari|lagi|setelah)",
    r"(?:sampai|hingga|s\.?/?d\.?)\s+(?:dengan\s+)?(?:tanggal|tgl|hari|\d)",
    r"akan\s+(?:saya|kami)?\s*(?:di)?(?:balas|jawab|tanggapi)",
    r"(?:silakan |mohon |harap )?(?:menghubungi|hubungi)\s+(?:rekan|staf|sdr|saudara|bapak|ibu)",
    r"(?:will|shall) (?:be back|return|reply|respond|get back)",
    r"limited access",
    r"(?:until|till|through)\s+\w+",
)
_GRIEVANCE = one_of(
    r"(?:tidak|belum|gak|tdk|nggak)\s+(?:di)?(?:bayar|beri|kasih|izin|gaji|upah)",
    r"(?:di)?(?:tolak|potong|pecat|rumahkan|phk|keluarkan)\w*",
    r"(?:meng)?(?:adu|aduan|keluh)\w*",
    r"(?:me)?lapor\w*",
    r"pesangon|perusahaan|majikan|upah|gaji|lembur",
    start=r"\b",
)
"""What only a person writes about: whoever complains of leave refused writes of an absence as well."""
_READ_SUBJECT = re.compile(r"^(?:dibaca|tidak dibaca|read|not read):", re.IGNORECASE)
_READ_TEXT = one_of(r"(?:was|were) (?:read|deleted without being read)\b", r"(?:telah )?dibaca (?:pada|tanggal)\b")
_OUT_OF_OFFICE = re.compile(r"\b(?:is|am) (?:currently )?(?:out of|away from) (?:the|my) office\b", re.IGNORECASE)
_LIST_HEADERS = (
    "list-id",
    "list-post",
    "list-unsubscribe",
    "list-subscribe",
    "list-owner",
    "list-archive",
    "mailing-list",
    "x-mailing-list",
    "x-mailinglist",
    "x-beenthere",
    "x-mailman-version",
    "x-ml-name",
    "x-listname",
    "x-list-name",
    "x-listserver",
    "x-google-group-id",
)
_AUTOREPLY_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-auto-response",
    "x-mail-autoreply",
    "x-autoreply-from",
    "x-auto-reply-from",
    "x-vacation",
    "x-oof",
)
_SERVICE_DESK = one_of(
    r"rt-ticket",
    r"x-rt-loop-prevention",
    r"x-(?:otrs|znuny|zammad|zendesk|freshdesk|freescout|osticket|ost|helpscout|servicenow|chatwoot|odoo)-[\w-]+",
    r"x-(?:jira|redmine|github|gitlab|bugzilla|trac|discourse)-[\w-]+",
    start="^",
    end="$",
)
_DISPOSITION = re.compile(r"^Disposition: *(?:manual|automatic)-action/.*$", re.IGNORECASE | re.MULTILINE)
_FEEDBACK = re.compile(r"^Feedback-Type:.*$", re.IGNORECASE | re.MULTILINE)
_REPORT_TYPE = re.compile(r"report-type\s*=\s*\"?\s*([\w-]+)", re.IGNORECASE)
_AUTOREPLY_WORD = re.compile(r"auto[-_ ]?reply", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: its name for an officer, what it argues for (None: only against an answer), and the words it finds."""

    name: str
    disposition: Disposition | None
    finds: Callable[[ParsedMail], str | None]


def screen(mail: ParsedMail, *, own_message: bool, own_addresses: frozenset[str]) -> Screening:
    """Say what a mail is, if not a person's letter, and whether an automatic answer is forbidden.

    `own_message`: its Message-ID is one that the office gave. `own_addresses` are the office's mailboxes in lower case;
    mail from them is no machine's (staff forward complaints), it is only not answered. Of the rows of RULES that match,
    all are kept as hits, the first gives the disposition. Doubt leaves it with the person: None.
    """
    hits = [ScreeningHit(_OWN_MESSAGE, Disposition.OWN, mail.message_id or "")] if own_message else []
    no_reply = [_FROM_OURSELVES] if _address(mail).lower() in own_addresses else []
    for rule in RULES:
        found = rule.finds(mail)
        if found is None:
            continue
        if rule.disposition is None:
            no_reply.append(rule.name)
        else:
            hits.append(ScreeningHit(rule.name, rule.disposition, found[:_FOUND]))
    disposition = hits[0].disposition if hits else None
    bounce = bounce_of(mail, own_addresses) if disposition is Disposition.BOUNCE else None
    return Screening(disposition, tuple(hits), tuple(no_reply), bounce)


# --- what the rows look at ---------------------------------------------------------------------------------------


def _address(mail: ParsedMail) -> str:
    return mail.sender.address if mail.sender else ""


def _local(mail: ParsedMail) -> str:
    return _address(mail).rpartition("@")[0].strip('"')


def _header(mail: ParsedMail, name: str) -> str | None:
    return next((value for key, value in mail.headers if key == name), None)


def _words(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[0].strip() if found else None


def _subject(mail: ParsedMail) -> str:
    return mail.subject[:_SUBJECT].strip()


def _body(mail: ParsedMail) -> str:
    return mail.text[:_BODY]


def _report_kind(mail: ParsedMail) -> str:
    declared = _header(mail, "content-type") or "" if mail.content_type == "multipart/report" else ""
    found = _REPORT_TYPE.search(declared)
    return found[1].lower() if found else ""


# --- rows: reports -----------------------------------------------------------------------------------------------


def _read_receipt(mail: ParsedMail) -> str | None:
    subject = _words(_READ_SUBJECT, _subject(mail))
    if subject and _words(_READ_TEXT, mail.text[:_ABSENCE]):
        return subject
    if _report_kind(mail) == "disposition-notification":
        return "report-type=disposition-notification"
    return _words(_DISPOSITION, _report(mail))


def _feedback_report(mail: ParsedMail) -> str | None:
    if _report_kind(mail) == "feedback-report":
        return "report-type=feedback-report"
    return _words(_FEEDBACK, _report(mail))


def _success_report(mail: ParsedMail) -> str | None:
    return "Action: delivered" if has_only_succeeded(_report(mail)) else None


def _failure_report(mail: ParsedMail) -> str | None:
    if has_failed_delivery(_report(mail)):
        return "Action: failed"
    return "report-type=delivery-status" if _report_kind(mail) == "delivery-status" else None


def _failed_recipients(mail: ParsedMail) -> str | None:
    return _header(mail, "x-failed-recipients") or None


def _report(mail: ParsedMail) -> str:
    """The report, if a system sent it: a person forwards reports too, with all their parts."""
    from_system = mail.content_type == "multipart/report" or _machine_sender(mail) or any(_facelessness(mail))
    return mail.report if from_system else ""


def _facelessness(mail: ParsedMail) -> tuple[bool, ...]:
    no_reply = _words(_NO_REPLY_SENDER, _local(mail)) is not None
    return mail.return_path == "", not _address(mail), no_reply, _machine_sender(mail) is not None


def _machine_sender(mail: ParsedMail) -> str | None:
    """Name the sender if it may be a mail system; a display name alone says so only where there is no address."""
    name = mail.sender.name if mail.sender else ""
    found = _words(_DAEMON, _local(mail)) or (_words(_DAEMON, name) if not _address(mail) else None)
    return found or _certain_daemon(mail)


def _certain_daemon(mail: ParsedMail) -> str | None:
    envelope = (mail.return_path or "").partition("@")[0]
    return _words(_CERTAIN_DAEMON, _local(mail)) or _words(_CERTAIN_DAEMON, envelope)


def _failure_letter(mail: ParsedMail) -> str | None:
    """A report in plain words: a mail system, or nobody, says that something was not delivered."""
    subject, text = _words(_FAILED_SUBJECT, _subject(mail)), _words(_FAILED_TEXT, _body(mail))
    if _certain_daemon(mail):
        return subject or text
    if _words(_POSTMASTER, _local(mail)) and text and (protocol := _words(_PROTOCOL, _body(mail))):
        return protocol
    # Words alone prove nothing, people quote such letters; nobody as the sender and one sign more do.
    faceless = _facelessness(mail)
    returned = any(file.content_type == "message/rfc822" for file in mail.files)
    signs = sum(faceless) + (subject is not None) + returned
    return (text or subject) if any(faceless) and signs + (text is not None) > 2 else None


def _reads_like_failure(mail: ParsedMail) -> str | None:
    begins = _FAILED_SUBJECT.match(_subject(mail))
    return _words(_FAILED_TEXT, mail.text[:400]) if begins and not mail.in_reply_to else None


# --- rows: automatic answers -------------------------------------------------------------------------------------


def _auto_submitted(mail: ParsedMail) -> str | None:
    for name, value in mail.headers:
        word = value.partition(";")[0].partition("(")[0].strip().lower()
        if name == "auto-submitted" and word not in ("", "no", "auto-forwarded"):
            return f"Auto-Submitted: {word}"
    return None


def _autoreply_header(mail: ParsedMail) -> str | None:
    for name, value in mail.headers:
        if name in _AUTOREPLY_HEADERS and value.strip().lower() not in ("no", "false", "0"):
            return f"{name}: {value}"
        if name == "x-autogenerated" and value.strip().lower() == "reply":
            return f"{name}: {value}"
        if name in ("precedence", "preference", "x-precedence") and _AUTOREPLY_WORD.match(value.strip()):
            return f"{name}: {value}"
        if name == "x-post-messageclass" and "autoresponder" in value.lower():
            return f"{name}: {value}"
    return None


def _vacation_words(mail: ParsedMail) -> str | None:
    sure = _words(_AUTO_SUBJECT, _subject(mail)) or _words(_OUT_OF_OFFICE, _subject(mail))
    return sure or (_words(_ABSENT_SUBJECT, _subject(mail)) if _tells_of_absence(mail) else None)


def _tells_of_absence(mail: ParsedMail) -> bool:
    text = mail.text[:_ABSENCE]
    absent, back, grievance = (_words(pattern, text) for pattern in (_ABSENT, _BACK, _GRIEVANCE))
    return bool(absent and back) and not grievance


def _vacation_answer(mail: ParsedMail) -> str | None:
    """The subject of an automatic answer is believed only where something that no person's program writes agrees."""
    words = _vacation_words(mail)
    agrees = (
        mail.return_path == ""
        or bool(mail.in_reply_to)
        or _suppressed(mail) is not None
        or _bulk(mail) is not None
        or _machine_sender(mail) is not None
        or _words(_NO_REPLY_SENDER, _local(mail)) is not None
    )
    return words if agrees else None


def _null_path_answer(mail: ParsedMail) -> str | None:
    """An empty return path with the marks of an answer: nobody answers by hand in that way (RFC 3834 section 3.3)."""
    if mail.return_path != "":
        return None
    return "Return-Path: <>" if mail.in_reply_to or _suppressed(mail) or _machine_sender(mail) else None


# --- rows: lists -------------------------------------------------------------------------------------------------


def _list_header(mail: ParsedMail) -> str | None:
    return next((f"{name}: {value}" for name, value in mail.headers if name in _LIST_HEADERS), None)


def _list_sender(mail: ParsedMail) -> str | None:
    for address in (_header(mail, "sender") or "", mail.return_path or ""):
        found = _words(_LIST_SENDER, address.strip("<> "))
        if found is not None:
            return found
    return None


def _bulk(mail: ParsedMail) -> str | None:
    word = (_header(mail, "precedence") or "").strip().lower()
    return f"Precedence: {word}" if word in ("bulk", "junk", "list") else None


# --- rows: no answer ---------------------------------------------------------------------------------------------


def _suppressed(mail: ParsedMail) -> str | None:
    value = _header(mail, "x-auto-response-suppress") or ""
    wanted = {word.strip().lower() for word in re.split(r"[,; ]", value)}
    return f"X-Auto-Response-Suppress: {value}" if wanted & {"all", "autoreply", "oof"} else None


def _null_path(mail: ParsedMail) -> str | None:
    return "Return-Path: <>" if mail.return_path == "" else None


def _no_reply_sender(mail: ParsedMail) -> str | None:
    for address in (_address(mail), *(found.address for found in mail.reply_to)):
        found = _words(_NO_REPLY_SENDER, address.partition("@")[0])
        if found is not None:
            return found
    return None


def _loop_mark(mail: ParsedMail) -> str | None:
    return _header(mail, "x-loop") or _header(mail, "x-autogenerated") or None


def _rules_agent(mail: ParsedMail) -> str | None:
    if "auto-forwarded" in (_header(mail, "auto-submitted") or "").lower():
        return "Auto-Submitted: auto-forwarded"
    return _header(mail, "x-ms-exchange-inbox-rules-loop") or _header(mail, "x-ms-exchange-generated-message-source")


def _service_desk(mail: ParsedMail) -> str | None:
    return next((name for name, _ in mail.headers if _SERVICE_DESK.match(name)), None)


_OWN_MESSAGE = "Surat dari kantor ini sendiri yang kembali masuk"
_FROM_OURSELVES = "Surel dari alamat kantor sendiri"

RULES: tuple[Rule, ...] = (
    Rule("Tanda bahwa surat sudah dibaca", Disposition.AUTOMATIC, _read_receipt),
    Rule("Laporan keluhan spam dari penyedia surel", Disposition.AUTOMATIC, _feedback_report),
    Rule("Laporan bahwa surat sudah terkirim", Disposition.AUTOMATIC, _success_report),
    Rule("Laporan kegagalan kirim dari server surel", Disposition.BOUNCE, _failure_report),
    Rule("Daftar penerima yang gagal dikirimi", Disposition.BOUNCE, _failed_recipients),
    Rule("Pemberitahuan gagal kirim dari sistem surel", Disposition.BOUNCE, _failure_letter),
    Rule("Surel yang dibuat oleh mesin", Disposition.AUTOMATIC, _auto_submitted),
    Rule("Tanda jawaban otomatis pada kepala surat", Disposition.AUTOMATIC, _autoreply_header),
    Rule("Jawaban otomatis, misalnya sedang cuti", Disposition.AUTOMATIC, _vacation_answer),
    Rule("Jawaban tanpa alamat pengembalian", Disposition.AUTOMATIC, _null_path_answer),
    Rule("Surel dari sistem surel, bukan dari orang", Disposition.AUTOMATIC, _certain_daemon),
    Rule("Kiriman milis atau buletin", Disposition.LIST, _list_header),
    Rule("Pengirim milis", Disposition.LIST, _list_sender),
    Rule("Kiriman massal", Disposition.LIST, _bulk),
    Rule("Pengirim meminta agar tidak dijawab otomatis", None, _suppressed),
    Rule("Tidak ada alamat pengembalian", None, _null_path),
    Rule("Alamat pengirim tidak menerima balasan", None, _no_reply_sender),
    Rule("Pengirim adalah pengelola sistem surel", None, _machine_sender),
    Rule("Perihal dan isi seperti laporan gagal kirim", None, _reads_like_failure),
    Rule("Perihal seperti jawaban otomatis", None, _vacation_words),
    Rule("Tanda pencegah surat berputar", None, _loop_mark),
    Rule("Diteruskan oleh aturan kotak surat", None, _rules_agent),
    Rule("Surel dari sistem layanan lain", None, _service_desk),
)
