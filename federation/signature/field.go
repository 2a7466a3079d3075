package signature

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// field reads the part of HTTP structured fields (RFC 8941) that signatures use:
// dictionaries of byte sequences, and one inner list of strings with parameters.
// Nothing may come twice. What is read can be written again as it must be for a
// signature base, since strings and numbers are kept as they were sent.
type field struct {
	s string // what is left
}

// parameter is ;name=value, with the value as sent.
type parameter struct{ name, value string }

func (f *field) spaces() { f.s = strings.TrimLeft(f.s, " \t") }

// next takes one byte if it is c.
func (f *field) next(c byte) bool {
	if f.s == "" || f.s[0] != c {
		return false
	}
	f.s = f.s[1:]
	return true
}

// while takes the bytes for which ok holds.
func (f *field) while(ok func(byte) bool) string {
	i := 0
	for i < len(f.s) && ok(f.s[i]) {
		i++
	}
	taken := f.s[:i]
	f.s = f.s[i:]
	return taken
}

// key takes the name of a member or parameter.
func (f *field) key() (string, error) {
	k := f.while(func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '*'
	})
	if k == "" || k[0] != '*' && (k[0] < 'a' || k[0] > 'z') {
		return "", fmt.Errorf("%w: name in a structured field", ErrMalformed)
	}
	return k, nil
}

// quoted takes a string and returns it with its quotes and escapes.
func (f *field) quoted() (string, error) {
	if f.s == "" || f.s[0] != '"' {
		return "", fmt.Errorf("%w: no string", ErrMalformed)
	}
	for i := 1; i < len(f.s); i++ {
		switch c := f.s[i]; {
		case c == '"':
			taken := f.s[:i+1]
			f.s = f.s[i+1:]
			return taken, nil
		case c == '\\':
			if i++; i == len(f.s) || f.s[i] != '"' && f.s[i] != '\\' {
				return "", fmt.Errorf("%w: escape in a string", ErrMalformed)
			}
		case c < 0x20 || c > 0x7e:
			return "", fmt.Errorf("%w: string", ErrMalformed)
		}
	}
	return "", fmt.Errorf("%w: string without end", ErrMalformed)
}

// bytes takes a byte sequence.
func (f *field) bytes() ([]byte, error) {
	rest, ok := strings.CutPrefix(f.s, ":")
	b64, rest, end := strings.Cut(rest, ":")
	if !ok || !end {
		return nil, fmt.Errorf("%w: no byte sequence", ErrMalformed)
	}
	b, err := base64.StdEncoding.Strict().DecodeString(b64)
	if err != nil {
		return nil, fmt.Errorf("%w: byte sequence: %w", ErrMalformed, err)
	}
	f.s = rest
	return b, nil
}

// parameters takes what follows an item or list.
func (f *field) parameters() ([]parameter, error) {
	var all []parameter
	for f.next(';') {
		f.s = strings.TrimLeft(f.s, " ")
		name, err := f.key()
		if err != nil {
			return nil, err
		}
		p := parameter{name: name}
		if f.next('=') {
			if p.value, err = f.bare(); err != nil {
				return nil, err
			}
		}
		for _, before := range all {
			if before.name == name {
				return nil, fmt.Errorf("%w: %s twice", ErrMalformed, clip(name))
			}
		}
		if all = append(all, p); len(all) > maxCovered {
			return nil, fmt.Errorf("%w: too many parameters", ErrMalformed)
		}
	}
	return all, nil
}

// bare takes a string, number, token or other simple value as it was sent.
func (f *field) bare() (string, error) {
	if strings.HasPrefix(f.s, `"`) {
		return f.quoted()
	}
	v := f.while(func(c byte) bool { return c > 0x20 && c < 0x7f && !strings.ContainsRune(`;,()"`, rune(c)) })
	if v == "" {
		return "", fmt.Errorf("%w: parameter without value", ErrMalformed)
	}
	return v, nil
}

// strings takes an inner list of strings without parameters and returns them
// without quotes. No name of a header or component needs an escape.
func (f *field) strings() ([]string, error) {
	if !f.next('(') {
		return nil, fmt.Errorf("%w: no list", ErrMalformed)
	}
	var all []string
	for {
		f.s = strings.TrimLeft(f.s, " ")
		if f.next(')') {
			return all, nil
		}
		q, err := f.quoted()
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(f.s, ";") {
			return nil, fmt.Errorf("%w: component with parameters", ErrCoverage)
		}
		if f.s != "" && f.s[0] != ' ' && f.s[0] != ')' {
			return nil, fmt.Errorf("%w: list", ErrMalformed)
		}
		if all = append(all, q[1:len(q)-1]); len(all) > maxCovered {
			return nil, fmt.Errorf("%w: too many components", ErrMalformed)
		}
	}
}

// byteSequences reads a whole dictionary of byte sequences.
func byteSequences(header string) (map[string][]byte, error) {
	f := field{s: strings.Trim(header, " \t")}
	all := make(map[string][]byte, 1)
	for {
		name, err := f.key()
		if err != nil {
			return nil, err
		}
		if !f.next('=') {
			return nil, fmt.Errorf("%w: %s has no value", ErrMalformed, clip(name))
		}
		if _, double := all[name]; double {
			return nil, fmt.Errorf("%w: %s twice", ErrMalformed, clip(name))
		}
		if all[name], err = f.bytes(); err != nil {
			return nil, err
		}
		if f.spaces(); f.s == "" {
			return all, nil
		}
		if !f.next(',') {
			return nil, fmt.Errorf("%w: dictionary", ErrMalformed)
		}
		f.spaces()
	}
}
