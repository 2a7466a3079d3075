package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost is what a guess at a stored password costs who makes it.
type Cost struct {
	Memory uint32 // KiB
	Passes uint32
}

// owasp is OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
var owasp = Cost{Memory: 19 * 1024, Passes: 2}

const (
	argonLanes  = 1
	argonLength = 32
)

// nobody is checked where there is no account, so that the answer takes as
// long as for one that exists (G03). No password has it.
func (c Cost) nobody() string { return c.phc(make([]byte, 16), make([]byte, argonLength)) }

// phc writes a hash in the string form of the password hashing competition.
func (c Cost) phc(salt, sum []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.Memory, c.Passes, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

// hash returns the password's hash in the PHC string form.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer s.leave()
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salt: %w", err)
	}
	sum := argon2.IDKey([]byte(password), salt, s.cost.Passes, s.cost.Memory, argonLanes, argonLength)
	return s.cost.phc(salt, sum), nil
}

var errHash = errors.New("stored password hash cannot be read")

// matches tells whether password is the one hash was made of.
func (s *Service) matches(ctx context.Context, hash, password string) (bool, error) {
	if err := s.enter(ctx); err != nil {
		return false, err
	}
	defer s.leave()
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &lanes); err != nil {
		return false, errors.Join(errHash, err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, errors.Join(errHash, err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false, errors.Join(errHash, err)
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// enter waits for one of the few places to hash in.
func (s *Service) enter(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Service) leave() { <-s.hashing }
