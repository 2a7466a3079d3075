package households

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"palier/instance"
	"palier/instance/actors"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/ledger"
)

// AboutEscort is that nobody is heard from who goes with people to the door, or that
// they do not.
const AboutEscort About = "escort"

// WalkState is how far it is that somebody goes with people to the door.
type WalkState string

// How far that is.
const (
	WalkAsked    WalkState = "asked"
	WalkComing   WalkState = "coming"
	WalkDeclined WalkState = "declined"
	WalkOff      WalkState = "off"   // who asked needs nobody any more
	WalkThere    WalkState = "there" // they are at the door
	WalkNot      WalkState = "not"   // they did not meet, or were not let in
)

// Live tells whether somebody is counted on.
func (w WalkState) Live() bool { return w == WalkAsked || w == WalkComing || w == WalkThere }

// walkWords are what an escort can say, and after which state.
var walkWords = map[WalkState][]WalkState{
	WalkComing: {WalkAsked, WalkComing}, WalkDeclined: {WalkAsked, WalkComing, WalkDeclined},
	WalkThere: {WalkComing, WalkThere, WalkNot}, WalkNot: {WalkComing, WalkNot},
}

const (
	// evening is from when on who goes with people reads where the door is, and from when
	// on they can be asked to meet.
	evening = 17 * time.Hour
	// answerBefore is how long before they meet the team is told that an escort did not
	// answer, and heardAfter how long after it that one who would come was not heard from.
	answerBefore, heardAfter = 30 * time.Minute, time.Hour
	// timeToAnswer is what they have for it at least.
	timeToAnswer = 10 * time.Minute

	kindWalk  = "case-walk"
	maxMeet   = 200
	keptWalks = 30
)

// Walk is that somebody goes with the household of a case to its bed in one night.
type Walk struct {
	ID      instance.ID
	Case    instance.CaseID
	Hold    instance.ID
	Person  instance.Actor // without an id once their account is gone
	State   WalkState
	MeetAt  time.Time
	SaidAt  time.Time // what the state tells; zero as long as they said nothing
	GoneAt  time.Time // when they were told not to go for now; zero if they may
	Where   string    // they meet
	Called  string    // what the household wants to be called, if it agreed that they read it
	night   ledger.Night
	home    string
	of      instance.ActorID
	askedBy instance.ActorID
	sealed  []byte
}

// meeting is what is sealed.
type meeting struct {
	Where  string `json:"where"`
	Called string `json:"called,omitzero"`
}

const walkColumns = `w.id, w.case_id, w.hold_id, COALESCE(w.person_id, 0), COALESCE(w.asked_by, 0), w.night, w.meet_at, w.body, w.state, w.said_at, w.gone_at, c.programme_id, x.home`

const walksOf = `housing_walks w JOIN housing_cases c ON c.id = w.case_id JOIN housing_case_holds x ON x.hold_id = w.hold_id`

// escortable are those of them of which an escort reads: the case and the home go on,
// and beds are the household's.
const escortable = walksOf + ` JOIN housing_holds h ON h.id = w.hold_id
		 WHERE w.state NOT IN ('declined', 'off') AND w.body IS NOT NULL AND c.frozen_at IS NULL AND c.stage NOT IN ('closed', 'referred') AND h.state IN ('held', 'agreed', 'placed')
		   AND NOT EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = c.programme_id AND z.home = x.home AND z.lifted_at IS NULL)
		   AND EXISTS (SELECT 1 FROM housing_escorts e WHERE e.programme_id = c.programme_id AND e.person_id = w.person_id AND e.agreed_at IS NOT NULL)`

func scanWalk(row store.Row) (Walk, error) {
	var w Walk
	var state string
	var night, meet int64
	var said, gone *int64
	err := row.Scan(&w.ID, &w.Case, &w.Hold, &w.Person.ID, &w.askedBy, &night, &meet, &w.sealed, &state, &said, &gone, &w.of, &w.home)
	w.State, w.night, w.MeetAt, w.SaidAt, w.GoneAt = WalkState(state), ledger.Night(night), store.Time(meet), store.TimeOrNever(said), store.TimeOrNever(gone)
	return w, notFound(err)
}

func scanWalks(rows store.Rows, err error) ([]Walk, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Walk
	for rows.Next() {
		w, err := scanWalk(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, rows.Err()
}

// Asking is what somebody is asked for who goes with people.
type Asking struct {
	Hold   instance.ID
	Person instance.ActorID
	Hour   string // of this night, as 21:30
	Where  string // they meet
	Called bool   // the household agrees that they read what it wants to be called
}

// meetAt is the time of an hour of this night: from the evening on, and in the small
// hours that of the next day.
func (s *Service) meetAt(hour string) (time.Time, error) {
	clock, err := time.Parse("15:04", strings.TrimSpace(hour))
	if err != nil {
		return time.Time{}, &instance.Invalid{Field: "hour", Code: "malformed"}
	}
	day := s.thisNight().Date()
	if clock.Hour() < int(morning/time.Hour) {
		day = day.AddDate(0, 0, 1)
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, s.Zone)
	switch {
	case clock.Hour() >= int(morning/time.Hour) && clock.Hour() < int(evening/time.Hour):
		return at, &instance.Invalid{Field: "hour", Code: "by-day"}
	case !at.After(s.Now()):
		return at, &instance.Invalid{Field: "hour", Code: "over"}
	}
	return at, nil
}

// AskEscort asks somebody who agreed to be an escort to go with the household of a case
// tonight to the bed of a hold. The case is one that two have vetted. It returns an
// [instance.Invalid] for an hour that is none of this night, and for who is none of the
// escorts, lives in the case or in the home, or is blocked by its household or blocks
// it; and [instance.ErrConflict] where somebody is asked already, where nothing is held
// tonight, and while anything is frozen.
func (s *Service) AskEscort(ctx context.Context, by instance.Account, id instance.CaseID, a Asking) error {
	a.Where = writing.CleanLine(a.Where, 4*maxMeet)
	switch n := utf8.RuneCountInString(a.Where); {
	case n < 2:
		return because(&instance.Invalid{Field: "meet", Code: "missing"}, "ask an escort for case %s", id)
	case n > maxMeet:
		return because(&instance.Invalid{Field: "meet", Code: "too-long", Limit: maxMeet}, "ask an escort for case %s", id)
	}
	at, err := s.meetAt(a.Hour)
	if err != nil {
		return because(err, "ask an escort for case %s", id)
	}
	err = s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := s.kept(ctx, tx, by.ID, id)
		if err != nil {
			return err
		}
		if !c.Ready() {
			return instance.ErrConflict
		}
		if err := s.mayEscort(ctx, tx, c, a); err != nil {
			return err
		}
		return s.askEscort(ctx, tx, by, c, a, at)
	})
	if store.IsUnique(err) {
		err = instance.ErrConflict
	}
	return because(err, "ask an escort for case %s", id)
}

// mayEscort tells whether somebody may go with a household to the bed of a hold.
func (s *Service) mayEscort(ctx context.Context, tx store.Tx, c instance.Case, a Asking) error {
	var held, may bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM housing_case_holds x JOIN housing_holds h ON h.id = x.hold_id
		                WHERE x.case_id = $1 AND x.hold_id = $2 AND h.state IN ('held', 'agreed', 'placed') AND h.from_night <= $3 AND h.until_night > $3
		                  AND NOT EXISTS (SELECT 1 FROM housing_frozen_homes z WHERE z.programme_id = $4 AND z.home = x.home AND z.lifted_at IS NULL)),
		       EXISTS (SELECT 1 FROM housing_escorts e JOIN people p ON p.actor_id = e.person_id AND p.disabled_at IS NULL
		                WHERE e.programme_id = $4 AND e.person_id = $5 AND e.agreed_at IS NOT NULL AND e.person_id <> $6
		                  AND NOT EXISTS (SELECT 1 FROM blocks b WHERE b.actor_id = $6 AND b.target_id = $5 OR b.actor_id = $5 AND b.target_id = $6)
		                  AND NOT EXISTS (SELECT 1 FROM housing_case_holds x JOIN housing_listings l ON l.uri = x.home JOIN housing_hosts y ON y.id = l.host_id
		                                   WHERE x.hold_id = $2 AND y.person_id = $5))`,
		c.ID, a.Hold, int64(s.thisNight()), c.Programme, a.Person, c.Person).Scan(&held, &may)
	switch {
	case err != nil:
		return err
	case !held:
		return instance.ErrConflict
	case !may:
		return &instance.Invalid{Field: "escort", Code: "unknown"}
	}
	return nil
}

func (s *Service) askEscort(ctx context.Context, tx store.Tx, by instance.Account, c instance.Case, a Asking, at time.Time) error {
	m := meeting{Where: a.Where}
	var err error
	if a.Called {
		if m.Called, err = s.called(ctx, tx, c); err != nil {
			return err
		}
	}
	id := s.IDs.Next()
	body, err := s.seal(ctx, tx, c.Programme, kindWalk, id, m)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO housing_walks (id, case_id, hold_id, person_id, asked_by, asked_at, night, meet_at, body, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'asked')`,
		id, c.ID, a.Hold, a.Person, by.ID, store.Millis(s.Now()), int64(s.thisNight()), store.Millis(at), body)
	if err != nil {
		return err
	}
	return s.tellEscort(ctx, tx, c.Programme, a.Person)
}

// Walks returns who was asked to go with the household of a case tonight, the latest
// first, to those who keep cases. That where they meet was opened is noted.
func (s *Service) Walks(ctx context.Context, by instance.Account, id instance.CaseID) ([]Walk, error) {
	var list []Walk
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		c, err := caseOf(ctx, tx, id)
		if err == nil {
			err = keeps(ctx, tx, c.Programme, by.ID)
		}
		if err != nil {
			return err
		}
		list, err = scanWalks(tx.Query(ctx, `
			SELECT `+walkColumns+` FROM `+walksOf+` WHERE w.case_id = $1 AND w.night = $2 ORDER BY w.id DESC LIMIT 20`, id, int64(s.thisNight())))
		if err != nil || len(list) == 0 {
			return err
		}
		if err := s.openWalks(ctx, tx, c.Programme, list); err != nil {
			return err
		}
		return s.noted(ctx, tx, id, by.ID, "escort")
	})
	return list, because(err, "escorts of case %s", id)
}

// openWalks opens where people meet, and names who goes with them.
func (s *Service) openWalks(ctx context.Context, tx store.Tx, programme instance.ActorID, list []Walk) error {
	keys, err := s.Vault.Keys(ctx, tx, programme)
	if err != nil {
		return err
	}
	ids := make([]instance.ActorID, len(list))
	for i, w := range list {
		ids[i] = w.Person.ID
		if len(w.sealed) == 0 {
			continue
		}
		var m meeting
		if err := keys.OpenJSON(kindWalk, w.ID, w.sealed, &m); err != nil {
			return err
		}
		list[i].Where, list[i].Called, list[i].sealed = m.Where, m.Called, nil
	}
	known, err := actors.ByIDs(ctx, tx, ids)
	for i, w := range list {
		list[i].Person = known[w.Person.ID]
	}
	return err
}

// Way is what somebody reads who goes with people: the least that does.
type Way struct {
	Walk
	Programme instance.Actor
	Door      instance.Threshold // the first name of the host, and where; empty before it is told
	From      time.Time          // from when on the door is told
	Until     time.Time          // when all of it falls away
	Theirs    bool               // the home is a partner's, whose association tells where
}

// OwnWay returns to an escort what they are asked for tonight, and notes that it was
// read. The door is in it from the evening on, once they said that they come, beds are
// placed and all three have signed. It returns [instance.ErrNotFound] to everyone else,
// after the morning, when it was called off, and while anything is frozen.
func (s *Service) OwnWay(ctx context.Context, person instance.Account, id instance.ID) (Way, error) {
	var way Way
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		w, err := s.own(ctx, tx, person, id)
		if err != nil {
			return err
		}
		list := []Walk{w}
		if err := s.openWalks(ctx, tx, w.of, list); err != nil {
			return err
		}
		way = Way{Walk: list[0], From: s.hourOf(w.night, evening), Until: s.hourOf(w.night+1, morning)}
		if way.Programme, err = one(ctx, tx, w.of); err != nil {
			return err
		}
		if err := s.noted(ctx, tx, w.Case, person.ID, "escort"); err != nil {
			return err
		}
		return s.door(ctx, tx, person, &way)
	})
	return way, because(err, "escort %s", id)
}

// hourOf is an hour of the day on which a night begins.
func (s *Service) hourOf(night ledger.Night, of time.Duration) time.Time {
	day := night.Date()
	return time.Date(day.Year(), day.Month(), day.Day(), int(of/time.Hour), 0, 0, 0, s.Zone)
}

func (s *Service) own(ctx context.Context, tx store.Tx, person instance.Account, id instance.ID) (Walk, error) {
	return scanWalk(tx.QueryRow(ctx, `
		SELECT `+walkColumns+` FROM `+escortable+` AND w.id = $1 AND w.person_id = $2 AND w.night = $3`, id, person.ID, int64(s.thisNight())))
}

// door opens where the home is for who goes there, and notes it on the side of the host.
func (s *Service) door(ctx context.Context, tx store.Tx, person instance.Account, way *Way) error {
	host, err := s.lender(ctx, tx, way.of, way.home)
	if err != nil {
		return err
	}
	if way.Theirs = host == 0; way.Theirs || s.Now().Before(way.From) || way.State != WalkComing && way.State != WalkThere {
		return nil
	}
	var signed bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (`+agreedBy3+` AND a.hold_id = $2)`, way.Case, way.Hold).Scan(&signed)
	if err != nil || !signed {
		return err
	}
	door, err := s.Hosts.Threshold(ctx, tx, person.ID, host)
	way.Door = instance.Threshold{Name: door.Name, Address: door.Address}
	return err
}

// Says keeps what an escort says: that they come or do not, that they are there, or that
// nobody met or the door stayed shut. The same word twice is one. Who asked is told of
// what somebody has to act on. It returns [instance.ErrConflict] for a word that comes
// too late, such as one that they do not come after they are there.
func (s *Service) Says(ctx context.Context, person instance.Account, id instance.ID, word WalkState) error {
	after, ok := walkWords[word]
	if !ok {
		return because(&instance.Invalid{Field: "word", Code: "unknown"}, "escort %s", id)
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		w, err := s.own(ctx, tx, person, id)
		switch {
		case err != nil:
			return err
		case w.State == word:
			return nil
		case !slices.Contains(after, w.State):
			return instance.ErrConflict
		}
		n, err := tx.Exec(ctx, `
			UPDATE housing_walks SET state = $2, said_at = $3 WHERE id = $1 AND state = $4`, id, string(word), store.Millis(s.Now()), string(w.State))
		if err := only(n, err, instance.ErrConflict); err != nil {
			return err
		}
		if s.Tell == nil || word.Live() {
			return nil
		}
		return s.tellDue(ctx, tx, []due{{about: AboutEscort, id: id, programme: w.of, person: w.askedBy}})
	})
	if store.IsUnique(err) { // somebody else goes meanwhile
		err = instance.ErrConflict
	}
	return because(err, "escort %s", id)
}

// Unheard tells escorts that they are not to go any more, or may again, and those on duty
// of escorts from whom nobody heard in time, each once: half an hour before they were to
// meet that they did not answer, and an hour after it that they are not at the door.
// Where nobody is on duty who asked is told, or else the leads.
func (s *Service) Unheard(ctx context.Context) error {
	if s.Tell == nil {
		return nil
	}
	err := s.DB.InTx(ctx, func(tx store.Tx) error {
		now := s.Now()
		if err := s.tellGone(ctx, tx); err != nil {
			return err
		}
		list, err := dues(tx.Query(ctx, `
			UPDATE housing_walks
			   SET told_at = $1
			 WHERE told_at IS NULL AND gone_at IS NULL AND (state = 'coming' AND meet_at <= $2 OR state = 'asked' AND meet_at <= $3 AND asked_at <= $4)
			RETURNING id, 0, (SELECT c.programme_id FROM housing_cases c WHERE c.id = case_id), COALESCE(asked_by, 0)`,
			store.Millis(now), store.Millis(now.Add(-heardAfter)), store.Millis(now.Add(answerBefore)), store.Millis(now.Add(-timeToAnswer))))(AboutEscort)
		if err != nil || len(list) == 0 {
			return err
		}
		if list, err = s.toDuty(ctx, tx, list); err != nil {
			return err
		}
		return s.tellDue(ctx, tx, list)
	})
	return because(err, "escorts that nobody heard from")
}

// toDuty has those told who are on duty, where somebody is.
func (s *Service) toDuty(ctx context.Context, tx store.Tx, list []due) ([]due, error) {
	var args []any
	for _, d := range list {
		args = append(args, d.programme)
	}
	n := len(args)
	rows, err := tx.Query(ctx, `
		SELECT programme_id, person_id FROM housing_duties
		 WHERE programme_id IN (`+store.Placeholders(1, n)+`) AND handed_at IS NULL
		   AND from_at <= `+store.Placeholders(n+1, 1)+` AND until_at > `+store.Placeholders(n+1, 1)+`
		 ORDER BY from_at, id`, append(args, store.Millis(s.Now()))...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	duty := map[instance.ActorID][]instance.ActorID{}
	for rows.Next() {
		var programme, person instance.ActorID
		if err := rows.Scan(&programme, &person); err != nil {
			return nil, err
		}
		duty[programme] = append(duty[programme], person)
	}
	var told []due
	for _, d := range list {
		if len(duty[d.programme]) == 0 {
			told = append(told, d)
		}
		for _, person := range duty[d.programme] {
			d.person = person
			told = append(told, d)
		}
	}
	return told, rows.Err()
}

// company is who goes with the household of a case tonight, as host and household read
// of it.
func (s *Service) company(ctx context.Context, tx store.Tx, c instance.Case, hold instance.ID) (*Walk, error) {
	list, err := scanWalks(tx.Query(ctx, `
		SELECT `+walkColumns+` FROM `+escortable+` AND w.case_id = $1 AND w.hold_id = $2 AND w.night = $3 AND w.state IN ('coming', 'there') LIMIT 1`,
		c.ID, hold, int64(s.thisNight())))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], s.openWalks(ctx, tx, c.Programme, list)
}

// forgetWalks has what is told of last night fall away, and after a month that anybody
// went.
func (s *Service) forgetWalks(ctx context.Context, tx store.Tx) error {
	night := int64(s.thisNight())
	if _, err := tx.Exec(ctx, `UPDATE housing_walks SET body = NULL WHERE night < $1 AND body IS NOT NULL`, night); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `DELETE FROM housing_walks WHERE night < $1`, night-keptWalks)
	return err
}

// OfTonight are those of some holds that give a household beds this night: to those
// somebody can go with it.
func (s *Service) OfTonight(list []CaseHold) []CaseHold {
	night := s.thisNight()
	return slices.DeleteFunc(slices.Clone(list), func(h CaseHold) bool {
		live := h.State == instance.HoldHeld || h.State == instance.HoldAgreed || h.State == instance.HoldPlaced
		return !live || h.Stay.From > night || h.Stay.Until <= night
	})
}
