package errands_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"palier/instance"
	"palier/instance/apptest"
	"palier/instance/errands"
	"palier/instance/jobs"
	"palier/instance/media"
	"palier/instance/notifications"
	"palier/instance/store"
	"palier/instance/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

type shop struct {
	*apptest.Village
	*errands.Service
	rue            instance.Neighbourhood
	amina, bo, cem instance.Account
	folder         string
}

func open(t *testing.T, db *store.DB) *shop {
	t.Helper()
	v := apptest.NewVillage(t, db)
	s := &shop{Village: v, rue: v.Place("rue", "neighbourhood"), folder: t.TempDir()}
	s.amina, s.bo, s.cem = v.Resident("amina", s.rue), v.Resident("bo", s.rue), v.Resident("cem", s.rue)
	files, err := media.OpenFolder(s.folder)
	must(t, err)
	t.Cleanup(func() { must(t, files.Close()) })
	s.Service = errands.New(errands.Options{
		DB: db, IDs: instance.NewIDs(v.Clock.Now, 1), Now: v.Clock.Now, Posts: v.Posts, Files: files, Jobs: jobs.New(db, jobs.Options{}), Concern: v.Concern,
	})
	return s
}

func (s *shop) post(plan instance.ErrandPlan, sheet *instance.Printout) instance.PostID {
	s.T.Helper()
	p, err := s.Open(s.T.Context(), s.Viewer(s.amina), instance.Draft{Title: "Courses", Audience: instance.ToNeighbourhood, Group: s.rue.ID}, plan, sheet)
	if err != nil {
		s.T.Fatal(err)
	}
	return p.ID
}

func (s *shop) seen(who instance.Account, id instance.PostID) *errands.Sight {
	s.T.Helper()
	e, err := s.ByID(s.T.Context(), s.Viewer(who), id)
	if err != nil {
		s.T.Fatal(err)
	}
	return e
}

// agreed lets somebody take part and be agreed to.
func (s *shop) agreed(who instance.Account, id instance.PostID, list string) (part instance.ID, code string) {
	s.T.Helper()
	must(s.T, s.Ask(s.T.Context(), s.Viewer(who), id, list, ""))
	part = s.seen(who, id).Mine.ID
	code, err := s.Agree(s.T.Context(), s.amina.ID, id, part)
	must(s.T, err)
	return part, code
}

func (s *shop) told(who instance.Account) []string {
	s.T.Helper()
	list, err := s.Notifications.List(s.T.Context(), s.Viewer(who), notifications.Query{Limit: 20})
	must(s.T, err)
	var kinds []string
	for _, n := range list {
		kinds = append(kinds, string(n.Kind))
	}
	return kinds
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func invalid(err error, field, code string) bool {
	i, ok := errors.AsType[*instance.Invalid](err)
	return ok && i.Field == field && i.Code == code
}

func TestC17_ARunTakesOthersListsAlong(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		id := s.post(instance.ErrandPlan{Mode: "run", Place: "La pharmacie du centre", At: s.Clock.Now().Add(time.Hour), Most: 1}, nil)
		if err := s.Ask(t.Context(), s.Viewer(s.bo), id, " ", ""); !invalid(err, "list", "no-list") {
			t.Errorf("without a list: got %v", err)
		}
		must(t, s.Ask(t.Context(), s.Viewer(s.cem), id, "du pain", ""))
		part, _ := s.agreed(s.bo, id, "de l’aspirine")
		if _, err := s.Agree(t.Context(), s.amina.ID, id, s.seen(s.cem, id).Mine.ID); !invalid(err, "part", "full") {
			t.Errorf("more lists than she takes: got %v", err)
		}
		if e := s.seen(s.cem, id); len(e.Parts) != 0 || e.Mine.List != "du pain" {
			t.Errorf("somebody else sees %+v", e.Parts)
		}
		if e := s.seen(s.amina, id); len(e.Parts) != 2 || e.Parts[1].List != "de l’aspirine" {
			t.Errorf("who goes sees %+v", e.Parts)
		}
		must(t, s.Receipt(t.Context(), s.Viewer(s.amina), id, part))
		if err := s.Handed(t.Context(), s.Viewer(s.cem), id, part, ""); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("a third hands it over: got %v", err)
		}
		must(t, s.Handed(t.Context(), s.Viewer(s.bo), id, part, ""))
		if p := s.seen(s.bo, id).Mine; p.Receipt.IsZero() || p.Handed.IsZero() {
			t.Errorf("handed over: %+v", p)
		}
		if diff := cmp.Diff([]string{"errand-agreed"}, s.told(s.bo)); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

func TestC3_AListIsSeenByTheOneHelperOnly(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		id := s.post(instance.ErrandPlan{Mode: "list", List: "lait, insuline", Budget: "20 € dans une enveloppe", Urgent: true}, nil)
		must(t, s.Ask(t.Context(), s.Viewer(s.cem), id, "", ""))
		if e := s.seen(s.cem, id); e.List != "" || e.Budget != "" || !e.Urgent {
			t.Errorf("who only offered sees %q, %q", e.List, e.Budget)
		}
		part, _ := s.agreed(s.bo, id, "")
		if e := s.seen(s.bo, id); e.List != "lait, insuline" || e.Budget == "" {
			t.Errorf("the helper sees %q", e.List)
		}
		if e := s.seen(s.cem, id); e.List != "" {
			t.Errorf("another sees %q", e.List)
		}
		must(t, s.Handed(t.Context(), s.Viewer(s.amina), id, part, ""))
		if q := s.seen(s.amina, id).Post.Proposal; q.Status != instance.ProposalDone {
			t.Errorf("handed over, it is %s", q.Status)
		}
	})
}

func TestC18_AParcelIsHandedOverWithACode(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		ctx := t.Context()
		for _, wrongs := range []int{4, 5} {
			id := s.post(instance.ErrandPlan{Mode: "parcel", Place: "Le point relais"}, nil)
			part, code := s.agreed(s.bo, id, "")
			if len(code) != 6 {
				t.Fatalf("the code is %q", code)
			}
			other := "000000"
			if code == other {
				other = "000001"
			}
			for range wrongs {
				if err := s.Handed(ctx, s.Viewer(s.bo), id, part, other); !invalid(err, "code", "not-it") {
					t.Errorf("a wrong code: got %v", err)
				}
			}
			err := s.Handed(ctx, s.Viewer(s.bo), id, part, code)
			if wrongs < 5 && err != nil || wrongs == 5 && !invalid(err, "code", "not-it") {
				t.Errorf("after %d wrong ones the right one: got %v", wrongs, err)
			}
			var kept []byte
			must(t, db.Read().QueryRow(ctx, `SELECT code_hash FROM errands WHERE post_id = $1`, id).Scan(&kept))
			if bytes.Contains(kept, []byte(code)) {
				t.Error("the code is kept as it is")
			}
			if wrongs == 5 { // whose parcel it is can still say that it is there
				must(t, s.Handed(ctx, s.Viewer(s.amina), id, part, ""))
			}
		}
	})
}

func TestC18_WalksAreTakenOnOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		id := s.post(instance.ErrandPlan{Mode: "walk", Walks: []instance.Walk{{Day: 0, Minute: 480}, {Day: 2, Minute: 480}}}, nil)
		must(t, s.SignUp(t.Context(), s.Viewer(s.bo), id, 0, 480, true))
		if err := s.SignUp(t.Context(), s.Viewer(s.cem), id, 0, 480, true); !invalid(err, "walk", "taken") {
			t.Errorf("taken twice: got %v", err)
		}
		if err := s.SignUp(t.Context(), s.Viewer(s.cem), id, 0, 480, false); !invalid(err, "walk", "taken") {
			t.Errorf("somebody else lets it go: got %v", err)
		}
		must(t, s.SignUp(t.Context(), s.Viewer(s.cem), id, 2, 480, true))
		must(t, s.SignUp(t.Context(), s.Viewer(s.bo), id, 0, 480, false))
		e := s.seen(s.amina, id)
		if e.Walks[0].Who != nil || e.Walks[1].Who == nil || e.Walks[1].Who.ID != s.cem.ID || e.Post.Proposal.Available != instance.One {
			t.Errorf("the week is %+v, %s left", e.Walks, e.Post.Proposal.Available)
		}
	})
}

// kept are the bytes of all that is kept.
func kept(t *testing.T, folder string) (all []byte, files int) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all, files = append(all, b...), files+1
		return err
	})
	must(t, err)
	return all, files
}

func TestC4_APrintoutIsForOneHelperAndThenGone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		ctx := t.Context()
		page := &instance.Printout{Name: "attestation.pdf", Content: []byte("%PDF-1.7 attestation de sortie")}
		plan := instance.ErrandPlan{Mode: "print"}
		for code, p := range map[string]*instance.Printout{"missing": nil, "unprintable": {Content: []byte("MZ")}, "too-big": {Content: make([]byte, instance.MaxPrintout+1)}} {
			if _, err := s.Open(ctx, s.Viewer(s.amina), instance.Draft{Title: "x", Audience: instance.ToNeighbourhood, Group: s.rue.ID}, plan, p); !invalid(err, "file", code) {
				t.Errorf("%s: got %v", code, err)
			}
		}
		handed, expired, alone := s.post(plan, page), s.post(plan, page), s.post(plan, page)
		if all, n := kept(t, s.folder); n != 3 || bytes.Contains(all, []byte("attestation")) {
			t.Errorf("%d files are kept, readable %t", n, bytes.Contains(all, []byte("attestation")))
		}
		must(t, s.Ask(ctx, s.Viewer(s.cem), handed, "", ""))
		if _, err := s.Printout(ctx, s.Viewer(s.cem), handed); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("who only offered: got %v", err)
		}
		part, _ := s.agreed(s.bo, handed, "")
		s.agreed(s.bo, expired, "")
		got, err := s.Printout(ctx, s.Viewer(s.bo), handed)
		if err != nil || !bytes.Equal(got.Content, page.Content) || got.Kind != "application/pdf" || got.Name != page.Name {
			t.Errorf("the helper gets %+v, %v", got, err)
		}
		must(t, s.Handed(ctx, s.Viewer(s.bo), handed, part, ""))
		if _, err := s.Printout(ctx, s.Viewer(s.bo), handed); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("after it was handed over: got %v", err)
		}
		drop := func(id instance.PostID) {
			t.Helper()
			_, err := s.DropPrintout(ctx, id)
			must(t, err)
		}
		for _, id := range []instance.PostID{handed, expired, alone} {
			drop(id)
		}
		if _, n := kept(t, s.folder); n != 2 {
			t.Errorf("%d files are kept, want the two that wait", n)
		}
		s.Clock.Advance(48*time.Hour + time.Minute)
		if _, err := s.Printout(ctx, s.Viewer(s.bo), expired); !errors.Is(err, instance.ErrNotFound) {
			t.Errorf("after 48 hours: got %v", err)
		}
		drop(expired)
		drop(alone)
		var keys int
		must(t, db.Read().QueryRow(ctx, `SELECT COUNT(*) FROM errand_files`).Scan(&keys))
		if _, n := kept(t, s.folder); n != 0 || keys != 0 {
			t.Errorf("%d files and %d keys are kept after 48 hours", n, keys)
		}
	})
}
