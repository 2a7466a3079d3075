package writing

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"
)

const (
	maxHref  = 2048 // bytes of one link target
	linkShow = 30   // characters of an address that are shown
)

// target is where a link goes.
type target struct {
	href string // canonical, ASCII, http or https
	host string // ASCII, lower-case, without the port
}

// parseTarget reads raw as an absolute web address. User names, which serve
// to hide the host, are taken out. It is not ok for any other scheme, for a
// relative address and for a host that cannot be one.
func parseTarget(raw string) (target, bool) {
	raw = visible(raw)
	if len(raw) > maxHref {
		return target{}, false
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return target{}, false
	}
	host, ok := canonicalHost(u.Hostname())
	if !ok {
		return target{}, false
	}
	port := u.Port()
	u.User, u.Host = nil, host
	if strings.Contains(host, ":") {
		u.Host = "[" + host + "]"
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return target{}, false
		}
		u.Host += ":" + strconv.FormatUint(n, 10)
	}
	href := percentEncode(u.String())
	if len(href) > maxHref {
		return target{}, false
	}
	return target{href: href, host: host}, true
}

// visible returns an address without what browsers drop from it or do not show.
func visible(address string) string {
	address = strings.TrimSpace(address)
	if isPlainASCII(address) && !strings.ContainsAny(address, "\n\t") {
		return address
	}
	return strings.Map(func(r rune) rune {
		if unprintable(r) || reorders(r) || isolates(r) || invisible(r) || r == '\n' || r == '\t' {
			return -1
		}
		return r
	}, address)
}

// canonicalHost returns host in lower-case ASCII: a domain name, punycode
// where it is international, or an IP address.
func canonicalHost(host string) (string, bool) {
	if strings.Contains(host, ":") || host != "" && '0' <= host[len(host)-1] && host[len(host)-1] <= '9' {
		if ip, err := netip.ParseAddr(host); err == nil {
			return ip.WithZone("").String(), true
		}
	}
	if !isHostName(host) {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil || !isHostName(ascii) {
			return "", false
		}
		host = ascii
	}
	return strings.ToLower(host), true
}

// isHostName reports whether host is letters, digits, hyphens and
// underscores in non-empty labels.
func isHostName(host string) bool {
	if host == "" || len(host) > 253 || host[0] == '.' || strings.Contains(host, "..") {
		return false
	}
	for i := range len(host) {
		switch c := host[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

// percentEncode escapes what may not stand in an address as it is.
func percentEncode(s string) string {
	const hex = "0123456789ABCDEF"
	n := 0
	for i := range len(s) {
		if needsEscape(s[i]) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	b := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		if c := s[i]; needsEscape(c) {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

func needsEscape(c byte) bool {
	return c <= ' ' || c >= 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' ||
		c == '{' || c == '|' || c == '}'
}

// appendShort appends the address as Mastodon shows it: the scheme and the
// tail are there for whoever copies it, and hidden. The host is never cut, so
// that bank.example.evil.test cannot pass for bank.example.
func (t target) appendShort(b []byte) []byte {
	scheme, rest, _ := strings.Cut(t.href, "://")
	scheme += "://"
	if strings.HasPrefix(rest, "www.") {
		scheme, rest = scheme+"www.", rest[len("www."):]
	}
	rest = readable(rest)
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	for shown := utf8.RuneCountInString(rest[:end]); end < len(rest) && shown < linkShow; shown++ {
		_, size := utf8.DecodeRuneInString(rest[end:])
		end += size
	}
	b = append(b, `<span class="invisible">`...)
	b = append(b, scheme...)
	if end == len(rest) {
		b = append(b, `</span><span>`...)
		b = appendEscaped(b, rest)
		return append(b, `</span>`...)
	}
	b = append(b, `</span><span class="ellipsis">`...)
	b = appendEscaped(b, rest[:end])
	b = append(b, `</span><span class="invisible">`...)
	b = appendEscaped(b, rest[end:])
	return append(b, `</span>`...)
}

// readable returns an address with the escapes of letters undone, so that
// paths in Arabic or French can be read.
func readable(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for s != "" {
		if r, n := escapedRune(s); n > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
			s = s[n:]
			continue
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

// escapedRune decodes the non-ASCII rune whose percent-escape begins s and
// returns it with the length of the escape, which is 0 if there is none.
func escapedRune(s string) (rune, int) {
	var raw [utf8.UTFMax]byte
	for n := 0; n < len(raw) && len(s) >= 3*n+3 && s[3*n] == '%'; n++ {
		c, err := strconv.ParseUint(s[3*n+1:3*n+3], 16, 8)
		if err != nil || c < utf8.RuneSelf {
			break
		}
		raw[n] = byte(c)
		if r, size := utf8.DecodeRune(raw[:n+1]); r != utf8.RuneError && size == n+1 {
			return r, 3 * size
		}
	}
	return 0, 0
}

// isAddressOf reports whether text is nothing but an address on t's host.
func (t target) isAddressOf(text string) bool {
	if !strings.Contains(text, "://") || strings.ContainsFunc(text, unicode.IsSpace) {
		return false
	}
	shown, ok := parseTarget(text)
	return ok && shown.host == t.host
}

// passesForAnother reports whether text names a host that t does not lead to.
func (t target) passesForAnother(text string) bool {
	if !isPlainASCII(text) {
		text = norm.NFKC.String(text)
	}
	if !strings.ContainsAny(text, ".。") {
		return false
	}
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
		return !isWord(r) && r != '-' && r != '.' && r != '。'
	}) {
		if host, ok := namedHost(word); ok && !t.isUnder(host) {
			return true
		}
	}
	return false
}

// isUnder reports whether t leads to host or to a host below it.
func (t target) isUnder(host string) bool {
	own, host := strings.TrimPrefix(t.host, "www."), strings.TrimPrefix(host, "www.")
	return own == host || strings.HasSuffix(own, "."+host)
}

// namedHost returns the host that word would be read as, if it ends as hosts
// do: rules.pdf is a file and not a host.
func namedHost(word string) (string, bool) {
	word = strings.Trim(word, ".。-_")
	if !strings.ContainsAny(word, ".。") || len(word) > 253 {
		return "", false
	}
	host, ok := canonicalHost(word)
	if !ok {
		return "", false
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	return host, (icann || strings.Contains(suffix, ".")) && suffix != host
}
