package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
)

// Newcomer is who is to get an account.
type Newcomer = instance.Newcomer

// Create opens an account. It returns an [instance.Invalid] for what cannot be
// taken, also when the name or the address is in use.
func (s *Service) Create(ctx context.Context, n Newcomer) (instance.Account, error) {
	var a instance.Account
	enrol, err := s.Prepare(ctx, n)
	if err != nil {
		return a, err
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		a, err = enrol(ctx, tx)
		return err
	})
	if err != nil {
		return instance.Account{}, fmt.Errorf("create person %s: %w", n.Username, err)
	}
	return a, nil
}

// Prepare does what of opening an account takes long and needs no transaction,
// and returns how to open it in one.
func (s *Service) Prepare(ctx context.Context, n Newcomer) (enrol func(context.Context, store.Tx) (instance.Account, error), err error) {
	if err := check(&n); err != nil {
		return nil, err
	}
	// No address that somebody can have looks like the key of somebody without one.
	email, emailKey := "", "@"+rand.Text()
	if !n.Paper {
		if email, emailKey, err = instance.ParseEmail(n.Email); err != nil {
			return nil, err
		}
	}
	hash := ""
	if n.Password != "" {
		if hash, err = s.hash(ctx, n.Password); err != nil {
			return nil, fmt.Errorf("create person %s: %w", n.Username, err)
		}
	}
	keep, err := s.keys.Mint()
	if err != nil {
		return nil, fmt.Errorf("create person %s: %w", n.Username, err)
	}
	return func(ctx context.Context, tx store.Tx) (instance.Account, error) {
		n := n
		if n.Username == "" {
			if n.Username, err = s.freeUsername(ctx, tx, n.Name, n.Apart); err != nil {
				return instance.Account{}, err
			}
		}
		a := s.newAccount(n, email)
		if err := s.insert(ctx, tx, a, n, emailKey, hash); err != nil {
			return instance.Account{}, err
		}
		return a, keep(ctx, tx, a.Actor)
	}, nil
}

// check brings a newcomer into order and returns an [instance.Invalid] for the
// first thing that cannot be taken.
func check(n *Newcomer) error {
	n.FullName = writing.CleanName(n.FullName)
	if n.Name == "" {
		n.Name = instance.OuterName(n.FullName)
	}
	if n.Username != "" {
		if _, err := instance.ParseUsername(n.Username); err != nil {
			return err
		}
	}
	if writing.CleanName(n.Name) == "" {
		return &instance.Invalid{Field: "name", Code: "missing"}
	}
	if utf8.RuneCountInString(n.FullName) > maxName || utf8.RuneCountInString(n.Name) > maxName {
		return &instance.Invalid{Field: "name", Code: "too-long", Limit: maxName}
	}
	if n.Password == "" {
		return nil
	}
	return instance.CheckPassword(n.Password)
}

// newAccount is the account of a newcomer before it is kept.
func (s *Service) newAccount(n Newcomer, email string) instance.Account {
	a := instance.Account{
		Actor: s.newActor(n), Email: email, Role: n.Role, Locale: n.Locale, FullName: n.FullName, Protected: n.Protected,
		HasPassword: n.Password != "", FirstDay: n.FirstDay, Inviter: n.Inviter,
		Appearance: "auto", TextSize: "normal", DefaultAudience: instance.ToNeighbourhood,
	}
	if a.Role == "" {
		a.Role = instance.Resident
	}
	if a.Locale == "" {
		a.Locale = "fr"
	}
	a.CreatedAt = a.Actor.CreatedAt
	return a
}

func (s *Service) insert(ctx context.Context, tx store.Tx, a instance.Account, n Newcomer, emailKey, hash string) error {
	if s.left != nil {
		left, err := s.left(ctx, tx, strings.ToLower(a.Username))
		if err == nil && left {
			err = &instance.Invalid{Field: "username", Code: "taken"}
		}
		if err != nil {
			return err
		}
	}
	if err := actors.Save(ctx, tx, a.Actor, ""); err != nil {
		return taken(err, "username")
	}
	at := store.Millis(a.CreatedAt)
	var verified *int64
	if n.Verified {
		verified = &at
	}
	var inviter *instance.ActorID
	if n.Inviter != 0 {
		inviter = &n.Inviter
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO people (actor_id, email, email_key, password_hash, role, locale, verified_at, created_at, credentials_at,
			full_name, protected, invited_by, first_day)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		a.ID, a.Email, emailKey, hash, string(a.Role), a.Locale, verified, at, at, a.FullName, a.Protected, inviter, a.FirstDay)
	if store.IsUnique(err) {
		return &instance.Invalid{Field: "email", Code: "taken"}
	}
	return err
}

// freeUsername finds a name for the public address of somebody called name,
// such as marie_l: nothing more of them leaves than that. Apart from others who
// come at the same moment it is some number further on.
func (s *Service) freeUsername(ctx context.Context, tx store.Tx, name string, apart bool) (string, error) {
	const longest = 24 // leaves room for a number
	base := strings.Trim(asciiName(name), "_")
	base = strings.Trim(base[:min(len(base), longest)], "_")
	if _, err := instance.ParseUsername(base); err != nil {
		base = "voisin"
	}
	rows, err := tx.Query(ctx, `
		SELECT username_key FROM actors
		 WHERE host = '' AND (username_key = $1 OR username_key LIKE $2 ESCAPE '\')
		 LIMIT 10000`, base, strings.ReplaceAll(base, "_", `\_`)+`\_%`)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	taken := make(map[string]bool)
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return "", err
		}
		taken[key] = true
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	first := 1
	if apart {
		first += len(taken) + mathrand.IntN(1000)
	}
	for i := first; ; i++ {
		free := base
		if i > 1 {
			free += "_" + strconv.Itoa(i)
		}
		if taken[free] {
			continue
		}
		if s.left == nil {
			return free, nil
		}
		if left, err := s.left(ctx, tx, free); err != nil || !left {
			return free, err
		}
	}
}

// asciiName is a name as public addresses can hold it: letters without their
// accents, everything else an underscore.
func asciiName(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r), r == '.', r == '\'', r == '’':
		case r == 'œ':
			b.WriteString("oe")
		case r == 'æ':
			b.WriteString("ae")
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ł':
			b.WriteRune('l')
		case r == 'ø':
			b.WriteRune('o')
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return b.String()
}

// newActor is the person as others will see it: closed and unlisted until the
// person opens up.
func (s *Service) newActor(n Newcomer) instance.Actor {
	id := instance.ActorID(s.ids.Next())
	uri, now := s.site.PersonURI(id), s.now().UTC()
	return instance.Actor{
		ID: id, URI: uri, Kind: instance.Person, Username: n.Username,
		Name: writing.CleanName(n.Name), URL: s.site.Page(n.Username),
		Inbox: uri + "/inbox", SharedInbox: s.site.Inbox(), Outbox: uri + "/outbox",
		Followers: uri + "/followers", Following: uri + "/following", Featured: uri + "/featured",
		Locked: true, HideCollections: true, CreatedAt: now, UpdatedAt: now,
	}
}

// taken turns a conflict into an [instance.Invalid] for the field in the way.
func taken(err error, field string) error {
	if errors.Is(err, instance.ErrConflict) {
		return &instance.Invalid{Field: field, Code: "taken"}
	}
	return err
}
