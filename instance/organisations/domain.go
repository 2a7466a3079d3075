package organisations

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"palier/instance"
)

// Fetcher asks a web site for a small text.
type Fetcher interface {
	// Text returns what lies at an address, and the address it came from in the
	// end. Its errors wrap [instance.ErrUnreachable] or [instance.ErrNotFound].
	Text(ctx context.Context, url string) (text, from string, err error)
}

// wellKnown is where a web site says to whom its page here belongs (RFC 8615).
const wellKnown = "/.well-known/palier-claim.txt"

// DomainProof is what somebody puts on the web site of what they claim.
type DomainProof struct {
	URL  string // where
	Text string // what
}

// Site is the web site that a register names for an entry, as its host; empty for
// none.
func (e Entry) Site() string {
	address := strings.TrimSpace(e.Website)
	if address == "" {
		return ""
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Port() != "" || !strings.Contains(strings.Trim(u.Hostname(), "."), ".") || strings.Trim(u.Hostname(), "0123456789.") == "" {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// DomainProof returns what somebody who claims an entry by its web site is to put
// there. Nobody else can know it. It returns [instance.ErrNotFound] for who does
// not claim it so.
func (s *Service) DomainProof(ctx context.Context, person instance.ActorID, entry instance.ID) (DomainProof, error) {
	c, _, _, err := s.openClaim(ctx, person, entry, ByDomain)
	if err != nil {
		return DomainProof{}, err
	}
	return s.domainProof(c), nil
}

func (s *Service) domainProof(c Claim) DomainProof {
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte("domain:" + c.ID.String()))
	text := "palier-" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(m.Sum(nil)[:20]))
	return DomainProof{URL: "https://" + c.Entry.Site() + wellKnown, Text: text}
}

// ProveByDomain gives somebody the page they claimed, if its web site says so. A
// site that sends the question on to another host says nothing. It returns an
// [instance.Invalid] if it does not, or cannot be asked.
func (s *Service) ProveByDomain(ctx context.Context, person instance.ActorID, entry instance.ID) (instance.Organisation, error) {
	var none instance.Organisation
	c, username, _, err := s.openClaim(ctx, person, entry, ByDomain)
	if err != nil {
		return none, err
	}
	if s.fetch == nil || c.Entry.Site() == "" {
		return none, &instance.Invalid{Field: "way", Code: "no-site"}
	}
	proof := s.domainProof(c)
	text, from, err := s.fetch.Text(ctx, proof.URL)
	switch {
	case errors.Is(err, instance.ErrNotFound):
		return none, &instance.Invalid{Field: "site", Code: "not-there"}
	case errors.Is(err, instance.ErrUnreachable):
		return none, &instance.Invalid{Field: "site", Code: "unreachable"}
	case err != nil:
		return none, fmt.Errorf("prove claim %s: %w", c.ID, err)
	}
	if u, err := url.Parse(from); err != nil || !strings.EqualFold(u.Hostname(), c.Entry.Site()) {
		return none, &instance.Invalid{Field: "site", Code: "elsewhere"}
	}
	if !hmac.Equal([]byte(strings.TrimSpace(text)), []byte(proof.Text)) {
		return none, &instance.Invalid{Field: "site", Code: "wrong"}
	}
	return s.hand(ctx, c, username)
}
