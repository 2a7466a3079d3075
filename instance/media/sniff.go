package media

import (
	"bytes"
	"strings"
)

// format is a kind of picture that is read.
type format string

const (
	formatJPEG format = "jpeg"
	formatPNG  format = "png"
	formatGIF  format = "gif"
	formatWebP format = "webp"
)

// sniff tells the format from the first bytes. For what is not read it
// returns a [*Refusal] that names it where it can.
func sniff(b []byte) (format, error) {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return formatJPEG, nil
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return formatPNG, nil
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return formatGIF, nil
	case len(b) >= 12 && bytes.HasPrefix(b, []byte("RIFF")) && string(b[8:12]) == "WEBP":
		if isAnimatedWebP(b) {
			return "", &Refusal{Reason: ErrUnsupported, Found: "animated webp"}
		}
		return formatWebP, nil
	}
	return "", &Refusal{Reason: ErrUnsupported, Found: guess(b)}
}

// isAnimatedWebP reads the animation flag of the extended header.
// See RFC 9649, section 2.7.
func isAnimatedWebP(b []byte) bool {
	const animation = 0x02
	return len(b) > 20 && string(b[12:16]) == "VP8X" && b[20]&animation != 0
}

// guess names what people try to send and we do not read.
func guess(b []byte) string {
	b = b[:min(len(b), 512)]
	if len(b) >= 12 && string(b[4:8]) == "ftyp" {
		switch brand := string(b[8:12]); brand {
		case "heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1":
			return "heic"
		case "avif", "avis":
			return "avif"
		case "M4A ", "M4B ":
			return "audio"
		default:
			return "video"
		}
	}
	if len(b) >= 12 && bytes.HasPrefix(b, []byte("RIFF")) {
		switch string(b[8:12]) {
		case "WAVE":
			return "audio"
		case "AVI ":
			return "video"
		}
	}
	for _, known := range []struct{ magic, name string }{
		{"%PDF", "pdf"}, {"II*\x00", "tiff"}, {"MM\x00*", "tiff"}, {"BM", "bmp"}, {"PK\x03\x04", "zip"}, {"\x1aE\xdf\xa3", "video"},
		{"ID3", "audio"}, {"\xff\xfb", "audio"}, {"\xff\xf1", "audio"}, {"\xff\xf9", "audio"}, {"OggS", "audio"}, {"fLaC", "audio"},
		{"\x00\x00\x00\x0cJXL ", "jxl"}, {"\xff\x0a", "jxl"}, {"8BPS", "psd"}, {"\x00\x00\x01\x00", "ico"},
	} {
		if bytes.HasPrefix(b, []byte(known.magic)) {
			return known.name
		}
	}
	text := strings.ToLower(string(b))
	switch {
	case strings.Contains(text, "<svg"):
		return "svg"
	case strings.Contains(text, "<html"), strings.Contains(text, "<!doctype"), strings.Contains(text, "<script"):
		return "html"
	case strings.Contains(text, `"@context"`):
		return "json"
	}
	return ""
}
