"""The formats that are read: one table for the decoder, commands, the API and the documentation.

What a file is called decides nothing for the decoder: it looks at the bytes, and opens the
containers named here and no others.
"""

from dataclasses import dataclass
from pathlib import PurePath


@dataclass(frozen=True, slots=True)
class Format:
    """One media type, the suffixes that files of it have, and the names of FFmpeg's demuxers.

    `demuxers` is empty for what libsndfile alone reads.
    """

    name: str
    media_type: str
    suffixes: tuple[str, ...]
    demuxers: tuple[str, ...]


FORMATS = (
    Format("MP3, MP2", "audio/mpeg", ("mp3", "mpga", "mp2", "mpa"), ("mp3",)),
    Format("WAVE, RF64", "audio/wav", ("wav", "wave", "rf64"), ("wav",)),
    Format("Wave64", "audio/x-w64", ("w64",), ("w64",)),
    Format("FLAC", "audio/flac", ("flac",), ("flac",)),
    Format("Ogg: Opus, Vorbis, Speex", "audio/ogg", ("ogg", "oga", "opus", "spx"), ("ogg",)),
    Format("Ogg with pictures", "video/ogg", ("ogv", "ogx"), ("ogg",)),
    Format("MPEG-4 audio", "audio/mp4", ("m4a", "m4b", "m4r"), ("mov",)),
    Format("MPEG-4", "video/mp4", ("mp4", "m4v"), ("mov",)),
    Format("QuickTime", "video/quicktime", ("mov", "qt"), ("mov",)),
    Format("3GPP", "video/3gpp", ("3gp", "3gpp", "3ga"), ("mov",)),
    Format("3GPP2", "video/3gpp2", ("3g2",), ("mov",)),
    Format("WebM", "video/webm", ("webm",), ("matroska",)),
    Format("WebM audio", "audio/webm", ("weba",), ("matroska",)),
    Format("Matroska audio", "audio/x-matroska", ("mka",), ("matroska",)),
    Format("Matroska", "video/x-matroska", ("mkv",), ("matroska",)),
    Format("AAC (ADTS)", "audio/aac", ("aac", "adts"), ("aac",)),
    Format("AIFF", "audio/aiff", ("aif", "aiff", "aifc"), ("aiff",)),
    Format("AMR", "audio/amr", ("amr", "awb"), ("amr", "amrnb", "amrwb")),
    Format("AU", "audio/basic", ("au", "snd"), ("au",)),
    Format("Core Audio", "audio/x-caf", ("caf",), ("caf",)),
    Format("Windows Media audio", "audio/x-ms-wma", ("wma",), ("asf",)),
    Format("Windows Media", "video/x-ms-asf", ("asf", "wmv"), ("asf",)),
    Format("xWMA", "audio/x-xwma", ("xwma",), ("xwma",)),
    Format("AVI", "video/x-msvideo", ("avi",), ("avi",)),
    Format("Flash video", "video/x-flv", ("flv",), ("flv",)),
    Format("MPEG", "video/mpeg", ("mpg", "mpeg", "vob"), ("mpeg",)),
    Format("MPEG transport stream", "video/mp2t", ("ts", "mts", "m2ts"), ("mpegts",)),
    Format("RealAudio", "audio/vnd.rn-realaudio", ("ra", "rm"), ("rm",)),
    Format("AC-3", "audio/ac3", ("ac3",), ("ac3",)),
    Format("E-AC-3", "audio/eac3", ("eac3", "ec3"), ("eac3",)),
    Format("GSM", "audio/x-gsm", ("gsm",), ("gsm",)),
    Format("Monkey's Audio", "audio/x-ape", ("ape",), ("ape",)),
    Format("WavPack", "audio/x-wavpack", ("wv",), ("wv",)),
    Format("True Audio", "audio/x-tta", ("tta",), ("tta",)),
    Format("TAK", "audio/x-tak", ("tak",), ("tak",)),
    Format("Musepack", "audio/x-musepack", ("mpc",), ("mpc", "mpc8")),
    Format("DSD", "audio/x-dsf", ("dsf",), ("dsf",)),
    Format("IFF", "audio/x-8svx", ("8svx",), ("iff",)),
    Format("Creative Voice", "audio/x-voc", ("voc",), ("voc",)),
    Format("NIST SPHERE", "audio/x-nist", ("sph", "nist"), ()),
)

DEMUXERS = tuple(sorted({name for one in FORMATS for name in one.demuxers}))
_MEDIA_TYPES = {suffix: one.media_type for one in FORMATS for suffix in one.suffixes}
SUFFIXES = frozenset(_MEDIA_TYPES)
VIDEO_TYPES = tuple(
    sorted(
        {one.media_type.partition("/")[2] for one in FORMATS if one.media_type.startswith("video/")}
    )
)


def is_audio(name: str) -> bool:
    """Whether a file's name has the suffix of a format that is read."""
    return _suffix(name) in SUFFIXES


def media_type(name: str) -> str:
    """What a file of this name is served as; a browser plays by it."""
    return _MEDIA_TYPES.get(_suffix(name), "application/octet-stream")


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower().removeprefix(".")
