package proof

import (
	"fmt"
	"strings"
)

// alphabet is that of base58btc.
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// maxBase58 bounds a multibase text, since decoding takes the square of its
// length: enough for an RSA key of 8192 bits.
const maxBase58 = 1500

// multibase58 returns b in base58btc with the z of multibase before it.
func multibase58(b []byte) string {
	zeros := 0
	for zeros < len(b) && b[zeros] == 0 {
		zeros++
	}
	// 138/100 is a little more than log 256 / log 58.
	digits := make([]byte, 0, (len(b)-zeros)*138/100+1)
	for _, c := range b[zeros:] {
		carry := int(c)
		for i := range digits {
			carry += int(digits[i]) << 8
			digits[i] = byte(carry % 58)
			carry /= 58
		}
		for ; carry > 0; carry /= 58 {
			digits = append(digits, byte(carry%58))
		}
	}
	var s strings.Builder
	s.Grow(1 + zeros + len(digits))
	s.WriteByte('z')
	s.WriteString(strings.Repeat(alphabet[:1], zeros))
	for i := len(digits) - 1; i >= 0; i-- {
		s.WriteByte(alphabet[digits[i]])
	}
	return s.String()
}

// demultibase58 reads what [multibase58] writes.
func demultibase58(s string) ([]byte, error) {
	text, ok := strings.CutPrefix(s, "z")
	if !ok {
		return nil, fmt.Errorf("multibase %.1q is not base58btc", s)
	}
	if len(text) > maxBase58 {
		return nil, fmt.Errorf("base58 of %d characters", len(text))
	}
	zeros := 0
	for zeros < len(text) && text[zeros] == alphabet[0] {
		zeros++
	}
	bytes := make([]byte, 0, len(text)*74/100+1) // least significant first
	for i := zeros; i < len(text); i++ {
		carry := strings.IndexByte(alphabet, text[i])
		if carry < 0 {
			return nil, fmt.Errorf("%q is not base58", text[i])
		}
		for j := range bytes {
			carry += int(bytes[j]) * 58
			bytes[j] = byte(carry)
			carry >>= 8
		}
		for ; carry > 0; carry >>= 8 {
			bytes = append(bytes, byte(carry))
		}
	}
	b := make([]byte, zeros+len(bytes))
	for i, c := range bytes {
		b[len(b)-1-i] = c
	}
	return b, nil
}
