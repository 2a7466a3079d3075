package households

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/store"
	"palier/protocol/ledger"
)

// Moment is when an inventory is of.
type Moment string

// The two moments of a stay.
const (
	AtEntry Moment = "entry"
	AtExit  Moment = "exit"
)

// ItemState is in which state something is. There are few, so that two people say the
// same, and none of them is a price.
type ItemState string

// The states of things.
const (
	ItemNew     ItemState = "new"
	ItemGood    ItemState = "good"
	ItemWorn    ItemState = "worn"
	ItemDamaged ItemState = "damaged"
	ItemMissing ItemState = "missing"
)

// ItemStates are all of them, the best first.
var ItemStates = []ItemState{ItemNew, ItemGood, ItemWorn, ItemDamaged, ItemMissing}

// InventoryRoom is a part of a home.
type InventoryRoom string

// InventoryRooms are the parts of a home, and InventoryItems what is looked at in each
// in any case. Whatever else there is stands in words.
var InventoryRooms = []InventoryRoom{"bedroom", "bathroom", "kitchen", "living", "hall", "home"}

// InventoryItems are by their room; see [InventoryRooms].
var InventoryItems = map[InventoryRoom][]string{
	"bedroom":  {"bed", "bedding", "wardrobe", "window", "lock", "walls"},
	"bathroom": {"shower", "washbasin", "toilet"},
	"kitchen":  {"cooker", "fridge", "dishes"},
	"living":   {"seats", "table"},
	"hall":     {"door"},
	"home":     {"alarm", "heating", "lights"},
}

// InventoryKeys are what is handed over, and InventoryMeters what may be read.
var (
	InventoryKeys   = []string{"front", "room", "letterbox", "badge"}
	InventoryMeters = []string{"electricity", "gas", "water"}
)

// InventoryItem is something in a home. It is one of the items of its room, or what
// Text says.
type InventoryItem struct {
	Room  InventoryRoom `json:"room"`
	What  string        `json:"what,omitempty"`
	Text  string        `json:"text,omitempty"`
	State ItemState     `json:"state,omitempty"` // empty: nobody has said yet
	Note  string        `json:"note,omitempty"`
}

// same tells whether two are the same thing.
func (i InventoryItem) same(j InventoryItem) bool {
	return i.Room == j.Room && i.What == j.What && strings.EqualFold(i.Text, j.Text)
}

// Contents are what an inventory says: it stands sealed.
type Contents struct {
	Items  []InventoryItem   `json:"items"`
	Keys   map[string]int    `json:"keys,omitempty"`
	Meters map[string]string `json:"meters,omitempty"`
	Note   string            `json:"note,omitempty"`
}

const (
	maxItems   = 150
	maxItem    = 80
	maxRemark  = 300
	maxKeys    = 20
	maxReading = 20
)

// check returns what is wrong with what was written, and puts it in order.
func (c *Contents) check() error {
	if len(c.Items) > maxItems {
		return &instance.Invalid{Field: "items", Code: "too-many", Limit: maxItems}
	}
	for i, x := range c.Items {
		x.Text, x.Note = strings.TrimSpace(x.Text), strings.TrimSpace(x.Note)
		switch {
		case !slices.Contains(InventoryRooms, x.Room), x.State != "" && !slices.Contains(ItemStates, x.State),
			(x.What == "") == (x.Text == ""), x.What != "" && !slices.Contains(InventoryItems[x.Room], x.What):
			return &instance.Invalid{Field: "items", Code: "malformed"}
		case utf8.RuneCountInString(x.Text) > maxItem:
			return &instance.Invalid{Field: "items", Code: "too-long", Limit: maxItem}
		case utf8.RuneCountInString(x.Note) > maxRemark:
			return &instance.Invalid{Field: "items", Code: "too-long", Limit: maxRemark}
		case slices.ContainsFunc(c.Items[:i], x.same):
			return &instance.Invalid{Field: "items", Code: "twice"}
		}
		c.Items[i] = x
	}
	for what, n := range c.Keys {
		if !slices.Contains(InventoryKeys, what) || n < 0 || n > maxKeys {
			return &instance.Invalid{Field: "keys", Code: "malformed", Limit: maxKeys}
		}
	}
	for what, reading := range c.Meters {
		if !slices.Contains(InventoryMeters, what) || utf8.RuneCountInString(reading) > maxReading {
			return &instance.Invalid{Field: "meters", Code: "too-long", Limit: maxReading}
		}
	}
	if utf8.RuneCountInString(c.Note) > maxText {
		return &instance.Invalid{Field: "note", Code: "too-long", Limit: maxText}
	}
	slices.SortStableFunc(c.Items, func(a, b InventoryItem) int {
		return cmp.Compare(slices.Index(InventoryRooms, a.Room), slices.Index(InventoryRooms, b.Room))
	})
	return nil
}

// ItemDifference is one thing as it was at the beginning of a stay, and at its end.
type ItemDifference struct {
	InventoryItem           // what it is
	Entry, Exit   ItemState // empty: not looked at
	EntryNote     string
	ExitNote      string
}

// Differs tells whether it is in another state at the end than at the beginning.
func (d ItemDifference) Differs() bool { return d.Entry != "" && d.Exit != "" && d.Entry != d.Exit }

// Beside lays two inventories beside one another, thing by thing, in the order of the
// rooms; either may be nil.
func Beside(entry, exit *Inventory) []ItemDifference {
	var list []ItemDifference
	if entry != nil {
		for _, x := range entry.Contents.Items {
			list = append(list, ItemDifference{InventoryItem: x, Entry: x.State, EntryNote: x.Note})
		}
	}
	if exit != nil {
		for _, x := range exit.Contents.Items {
			at := slices.IndexFunc(list, func(d ItemDifference) bool { return d.same(x) })
			if at < 0 {
				at, list = len(list), append(list, ItemDifference{InventoryItem: x})
			}
			list[at].Exit, list[at].ExitNote = x.State, x.Note
		}
	}
	slices.SortStableFunc(list, func(a, b ItemDifference) int {
		return cmp.Compare(slices.Index(InventoryRooms, a.Room), slices.Index(InventoryRooms, b.Room))
	})
	return list
}

// Inventory is what is in a home and in which state, at one moment of a stay. It is
// written by the team, commented by all three, and then signed by them as it is.
type Inventory struct {
	ID       instance.ID
	Case     instance.CaseID
	Hold     instance.ID // the first of the stay
	Moment   Moment
	Version  int
	Hash     string // SHA-256 in hexadecimal digits; empty as long as it is written in
	MadeAt   time.Time
	ShutAt   time.Time // since when it waits for signatures
	Contents Contents
	Remarks  []InventoryRemark
	Pictures []InventoryPicture
	Signed   map[Party]PartySignature
}

// Binds tells whether all three have signed.
func (i Inventory) Binds() bool { return len(i.Signed) == len(Parties) }

// InventoryRemark is what one of the three has to say about it.
type InventoryRemark struct {
	ID    instance.ID
	Party Party
	At    time.Time
	Body  Body
}

// Inventories are those of a stay.
type Inventories struct {
	Stay        ledger.Stay
	Begun, Over bool // people live there, or lived there: what may be written down
	Halted      bool // the case or the home is frozen
	Entry, Exit *Inventory
}

// At is the one of a moment, nil for none.
func (x Inventories) At(m Moment) *Inventory {
	if m == AtExit {
		return x.Exit
	}
	return x.Entry
}

const (
	kindInventory       = "inventory"
	kindInventoryRemark = "inventory-remark"
)

// inventoryHash is the hash of all that is signed.
func inventoryHash(i Inventory) (string, error) {
	type picture struct{ Room, Digest string }
	type remark struct{ Party, Text string }
	var pictures []picture
	var remarks []remark
	for _, p := range i.Pictures {
		pictures = append(pictures, picture{string(p.Room), p.digest})
	}
	for _, r := range i.Remarks {
		remarks = append(remarks, remark{string(r.Party), r.Body.Text})
	}
	b, err := json.Marshal(struct {
		Hold     instance.ID
		Moment   Moment
		Version  int
		Contents Contents
		Pictures []picture
		Remarks  []remark
	}{i.Hold, i.Moment, i.Version, i.Contents, pictures, remarks})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// Inventories returns what is written of the stay of a case to one of its three, and
// notes that the team opened it. It returns [instance.ErrConflict] where there is no
// stay yet.
func (s *Service) Inventories(ctx context.Context, h StayHand, id instance.CaseID) (Inventories, error) {
	var list Inventories
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, h, id, "inventory")
		if err != nil {
			return err
		}
		stay, err := s.lived(ctx, tx, x)
		if err != nil {
			return err
		}
		list = Inventories{Stay: stay.Stay, Begun: stay.State != instance.HoldEnded, Over: stay.State != instance.HoldAgreed, Halted: x.halted}
		for m, at := range map[Moment]**Inventory{AtEntry: &list.Entry, AtExit: &list.Exit} {
			i, err := s.inventory(ctx, tx, x.Case, stay.ID, m)
			if err == nil {
				*at = &i
			} else if notThere(err) {
				continue
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return list, because(err, "inventories of case %s", id)
}

// inventory reads the one of a moment of a stay.
func (s *Service) inventory(ctx context.Context, tx store.Tx, c instance.Case, hold instance.ID, m Moment) (Inventory, error) {
	i := Inventory{Case: c.ID, Hold: hold, Moment: m, Signed: map[Party]PartySignature{}}
	var body []byte
	var made int64
	var shut *int64
	err := tx.QueryRow(ctx, `
		SELECT id, version, body, hash, made_at, shut_at FROM housing_inventories WHERE hold_id = $1 AND moment = $2 AND case_id = $3`,
		hold, string(m), c.ID).Scan(&i.ID, &i.Version, &body, &i.Hash, &made, &shut)
	if err != nil {
		return i, notFound(err)
	}
	i.MadeAt, i.ShutAt = store.Time(made), store.TimeOrNever(shut)
	keys, err := s.Vault.Keys(ctx, tx, c.Programme)
	if err == nil {
		err = keys.OpenJSON(kindInventory, i.ID, body, &i.Contents)
	}
	if err != nil {
		return i, err
	}
	if i.Pictures, err = inventoryPictures(ctx, tx, i.ID); err != nil {
		return i, err
	}
	if i.Signed, err = partySignatures(ctx, tx, `housing_inventory_signatures WHERE inventory_id = $1`, i.ID); err != nil {
		return i, err
	}
	rows, err := tx.Query(ctx, `SELECT id, party, body, at FROM housing_inventory_remarks WHERE inventory_id = $1 ORDER BY id LIMIT 200`, i.ID)
	if err != nil {
		return i, err
	}
	defer rows.Close()
	for rows.Next() {
		var r InventoryRemark
		var party string
		var at int64
		if err := rows.Scan(&r.ID, &party, &body, &at); err != nil {
			return i, err
		}
		r.Party, r.At = Party(party), store.Time(at)
		if err := keys.OpenJSON(kindInventoryRemark, r.ID, body, &r.Body); err != nil {
			return i, err
		}
		i.Remarks = append(i.Remarks, r)
	}
	return i, rows.Err()
}

// changeInventory has one of the three change the inventory of a moment, which is
// there and not signed by all.
func (s *Service) changeInventory(ctx context.Context, h StayHand, id instance.CaseID, m Moment, deed string, do func(store.Tx, stayAt, *Inventory) error) error {
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, h, id, "")
		if err != nil {
			return err
		}
		if x.halted && h.Party != PartyAssociation {
			return instance.ErrConflict
		}
		stay, err := s.lived(ctx, tx, x)
		if err != nil {
			return err
		}
		i, err := s.inventory(ctx, tx, x.Case, stay.ID, m)
		if err != nil {
			return err
		}
		if i.Binds() {
			return instance.ErrConflict
		}
		return do(tx, x, &i)
	})
	return because(err, "%s the %s inventory of case %s", deed, m, id)
}

// WriteInventory keeps what is in the home of a case and in which state, as somebody
// of the team saw it. The first time it begins the inventory of a moment, at the end
// of a stay with all that there was at its beginning. It returns
// [instance.ErrConflict] while it waits for signatures, and before people live there
// for what is left.
func (s *Service) WriteInventory(ctx context.Context, by instance.Account, id instance.CaseID, m Moment, c Contents) error {
	if err := c.check(); err != nil {
		return because(err, "write the %s inventory of case %s", m, id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		x, err := s.atStay(ctx, tx, StayHand{Party: PartyAssociation, Person: by}, id, "")
		if err != nil {
			return err
		}
		stay, err := s.lived(ctx, tx, x)
		switch {
		case err != nil:
			return err
		case m == AtEntry && stay.State == instance.HoldEnded, m == AtExit && stay.State == instance.HoldAgreed, m != AtEntry && m != AtExit:
			return instance.ErrConflict
		}
		i, err := s.inventory(ctx, tx, x.Case, stay.ID, m)
		switch {
		case notThere(err):
			return s.beginInventory(ctx, tx, x.Case, stay, m, c, by.ID)
		case err == nil && !i.ShutAt.IsZero():
			err = instance.ErrConflict
		}
		if err != nil {
			return err
		}
		body, err := s.seal(ctx, tx, x.Programme, kindInventory, i.ID, c)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE housing_inventories SET body = $2 WHERE id = $1`, i.ID, body)
		return err
	})
	return because(err, "write the %s inventory of case %s", m, id)
}

func (s *Service) beginInventory(ctx context.Context, tx store.Tx, c instance.Case, stay CaseHold, m Moment, contents Contents, by instance.ActorID) error {
	if c.Stage == instance.CaseClosed || c.Stage == instance.CaseReferred {
		return instance.ErrConflict
	}
	host, err := s.lender(ctx, tx, c.Programme, stay.Home)
	if err != nil {
		return err
	}
	i := s.IDs.Next()
	body, err := s.seal(ctx, tx, c.Programme, kindInventory, i, contents)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_inventories (id, case_id, hold_id, host_id, moment, body, made_by, made_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, i, c.ID, stay.ID, orNull(instance.ActorID(host)), string(m), body, by, store.Millis(s.Now()))
	return err
}

// ShutInventory puts what is written before the three: from now on it is signed as it
// is. It returns an [instance.Invalid] as long as of something nobody said in which
// state it is, or nothing is written at all.
func (s *Service) ShutInventory(ctx context.Context, by instance.Account, id instance.CaseID, m Moment) error {
	return s.changeInventory(ctx, StayHand{Party: PartyAssociation, Person: by}, id, m, "put forward", func(tx store.Tx, _ stayAt, i *Inventory) error {
		switch {
		case !i.ShutAt.IsZero():
			return instance.ErrConflict
		case len(i.Contents.Items) == 0:
			return &instance.Invalid{Field: "items", Code: "missing"}
		case slices.ContainsFunc(i.Contents.Items, func(x InventoryItem) bool { return x.State == "" }):
			return &instance.Invalid{Field: "items", Code: "unsaid"}
		}
		hash, err := inventoryHash(*i)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE housing_inventories SET shut_at = $2, hash = $3 WHERE id = $1`, i.ID, store.Millis(s.Now()), hash)
		return err
	})
}

// reopen lets an inventory be written in again, as its next version: what was signed
// of it holds no more.
func reopen(ctx context.Context, tx store.Tx, i *Inventory) error {
	if i.ShutAt.IsZero() {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM housing_inventory_signatures WHERE inventory_id = $1`, i.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE housing_inventories SET shut_at = NULL, hash = '', version = version + 1 WHERE id = $1`, i.ID)
	return err
}

// ReopenInventory lets what waits for signatures be written in again, as long as not
// all three have signed it.
func (s *Service) ReopenInventory(ctx context.Context, by instance.Account, id instance.CaseID, m Moment) error {
	return s.changeInventory(ctx, StayHand{Party: PartyAssociation, Person: by}, id, m, "open", func(tx store.Tx, _ stayAt, i *Inventory) error {
		return reopen(ctx, tx, i)
	})
}

// RemarkInventory adds what one of the three has to say about an inventory. Who says
// something about one that waits for signatures does not agree to it as it is: it is
// written in again, and signed anew. Signs in it are looked at by a person.
func (s *Service) RemarkInventory(ctx context.Context, h StayHand, id instance.CaseID, m Moment, text, language string) error {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return because(&instance.Invalid{Field: "remark", Code: "missing"}, "remark in case %s", id)
	case n > maxText:
		return because(&instance.Invalid{Field: "remark", Code: "too-long", Limit: maxText}, "remark in case %s", id)
	}
	return s.changeInventory(ctx, h, id, m, "remark on", func(tx store.Tx, x stayAt, i *Inventory) error {
		if err := reopen(ctx, tx, i); err != nil {
			return err
		}
		passed, _ := Redact(text) // the other side reads it
		r := s.IDs.Next()
		body, err := s.seal(ctx, tx, x.Programme, kindInventoryRemark, r, Body{Text: passed, Language: language})
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO housing_inventory_remarks (id, inventory_id, party, body, by_id, at)
			VALUES ($1, $2, $3, $4, $5, $6)`, r, i.ID, string(h.Party), body, orNull(h.by()), store.Millis(s.Now()))
		if err != nil || h.Party == PartyAssociation {
			return err
		}
		_, err = s.sign(ctx, tx, x.Case, 0, FlagsIn(text), text)
		return err
	})
}

// SignInventory keeps that one of the three signs an inventory whose hash they were
// shown, read in a language: household and host for themselves, the team for the
// association, or what was signed on a sheet. Who wrote one of these down does not
// sign for the association: that is [instance.ErrForbidden]. It returns
// [instance.ErrConflict] for another version, and for one who has signed.
func (s *Service) SignInventory(ctx context.Context, h StayHand, id instance.CaseID, m Moment, party Party, hash, language string) error {
	if h.Party != PartyAssociation {
		party = h.Party
	}
	return s.changeInventory(ctx, h, id, m, "sign", func(tx store.Tx, _ stayAt, i *Inventory) error {
		x := PartySignature{By: h.by(), Language: language, Paper: h.Party == PartyAssociation && party != PartyAssociation}
		switch {
		case !slices.Contains(Parties, party):
			return &instance.Invalid{Field: "party", Code: "unknown"}
		case i.ShutAt.IsZero() || hash != i.Hash:
			return instance.ErrConflict
		case h.Party == PartyAssociation:
			for _, before := range i.Signed {
				if before.By == x.By && before.Paper != x.Paper {
					return instance.ErrForbidden
				}
			}
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO housing_inventory_signatures (inventory_id, party, paper, language, hash, by_id, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, i.ID, string(party), x.Paper, language, i.Hash, orNull(x.By), store.Millis(s.Now()))
		if store.IsUnique(err) {
			return instance.ErrConflict
		}
		return err
	})
}
