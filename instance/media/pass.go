package media

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"time"
)

// Passes let a program that may see a picture fetch it although it fetches
// pictures without saying for whom: an address with a pass shows one file, as
// part of one thing, until a day.
type Passes struct{ key []byte }

// NewPasses returns passes made and checked with a secret of this server.
func NewPasses(key []byte) *Passes { return &Passes{key} }

// passLasts is how long a pass lasts at least. All of one day last until the same
// moment, so that an address stays the same for caches.
const passLasts = 48 * time.Hour

// For returns what to put behind the address of a file. part is what the file is
// part of now, 0 for nothing yet: once that changes, the pass is none any more.
func (p *Passes) For(file string, part int64, now time.Time) string {
	until := strconv.FormatInt(now.Add(passLasts).Truncate(24*time.Hour).Add(24*time.Hour).Unix(), 10)
	return "?" + url.Values{"until": {until}, "pass": {p.seal(file, part, until)}}.Encode()
}

// Holds tells whether a query holds a pass for a file that is part of something.
func (p *Passes) Holds(file string, part int64, query url.Values, now time.Time) bool {
	until := query.Get("until")
	end, err := strconv.ParseInt(until, 10, 64)
	if err != nil || now.Unix() >= end {
		return false
	}
	return hmac.Equal([]byte(query.Get("pass")), []byte(p.seal(file, part, until)))
}

func (p *Passes) seal(file string, part int64, until string) string {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(until + "\n" + strconv.FormatInt(part, 10) + "\n" + file))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
