package instance

import (
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"
)

// Account is a person who signs in here: the actor others see, and what only
// the person and the server know.
type Account struct {
	Actor
	// FullName is what those who share the neighbourhood see, and the desk alone
	// of somebody protected; empty where the name everybody sees is the whole.
	FullName  string
	Protected bool
	Email     string
	// HasPassword tells whether one was ever chosen.
	HasPassword     bool
	FirstDay        bool    // they are shown around
	Inviter         ActorID // who asked them to join, 0 for nobody
	Role            Role
	Locale          string // one of [Locales]
	Appearance      string // auto, light, dark, contrast
	TextSize        string // normal, large, larger
	Easy            bool   // they want few things and large ones
	DefaultAudience Audience
	App             AppDefaults
	CreatedAt       time.Time
	DisabledAt      time.Time
	CredentialsAt   time.Time // when the password was last set: sessions from before are none
}

// AppDefaults are how what somebody posts from an app begins. The zero value
// asks for what their other settings say.
type AppDefaults struct {
	Audience  Audience // public, unlisted, followers or direct
	Sensitive bool
	Language  string // BCP 47
}

// Moderates tells whether the account may decide about others' posts anywhere
// on this server.
func (a Account) Moderates() bool { return a.Role == Moderator || a.Role == Admin }

// ParseEmail returns the address to write to and the key under which it is
// known. It returns an [Invalid] if nobody could be reached there.
func ParseEmail(s string) (address, key string, err error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s, "@") {
		return "", "", &Invalid{Field: "email", Code: "malformed"}
	}
	return s, strings.ToLower(s), nil
}

// Password lengths, in characters. The upper one bounds the work of hashing
// (security.md G09).
const (
	MinPassword = 10
	MaxPassword = 128
)

// CheckPassword returns an [Invalid] for a password that cannot be taken.
func CheckPassword(s string) error {
	switch n := utf8.RuneCountInString(s); {
	case n < MinPassword:
		return &Invalid{Field: "password", Code: "too-short", Limit: MinPassword}
	case n > MaxPassword:
		return &Invalid{Field: "password", Code: "too-long", Limit: MaxPassword}
	}
	return nil
}
