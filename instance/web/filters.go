package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/filters"
	"palier/instance/timelines"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// sifted are the lines of a timeline as v sees them, without what a filter of
// theirs hides in a context, and what one warns of folded behind its title. What
// one wrote oneself is left as it is.
func (s *Server) sifted(ctx context.Context, entries []timelines.Entry, v *visit, in instance.FilterContext) ([]view.Post, error) {
	list := make([]*instance.Post, len(entries))
	for i, e := range entries {
		list[i] = e.Post
	}
	folds, err := s.folds(ctx, v, in, list)
	if err != nil {
		return nil, err
	}
	var shown []view.Post
	for i, p := range s.entryViews(entries, v) {
		if folds[i].hidden {
			continue
		}
		p.Folded = folds[i].title
		shown = append(shown, p)
	}
	return shown, nil
}

// fold is what a filter does to a post: nothing, or it is left out, or put
// behind a title.
type fold struct {
	hidden bool
	title  string
}

func (s *Server) folds(ctx context.Context, v *visit, in instance.FilterContext, list []*instance.Post) ([]fold, error) {
	folds := make([]fold, len(list))
	if v.account == nil {
		return folds, nil
	}
	matches, err := s.Filters.Apply(ctx, v.viewer, in, list)
	if err != nil {
		return nil, err
	}
	for i, found := range matches {
		if len(found) == 0 || list[i].Author.ID == v.account.ID {
			continue
		}
		folds[i] = fold{hidden: filters.Hidden(found), title: found[0].Filter.Title}
	}
	return folds, nil
}

// getFilters lists the filters of the one who reads, above an empty form.
func (s *Server) getFilters(w http.ResponseWriter, r *http.Request) error {
	form := pages.FilterForm{Whole: true, Action: string(instance.Warn)}
	form.Contexts = filterContexts(instance.InHome, instance.InPublic)
	return s.showFilters(w, r, http.StatusOK, form, nil)
}

func (s *Server) showFilters(w http.ResponseWriter, r *http.Request, status int, form pages.FilterForm, all []view.Problem) error {
	found, err := s.Filters.All(r.Context(), me(r).ID)
	if err != nil {
		return err
	}
	p := pages.Filters{Form: form, Problems: all}
	for i := range found {
		p.Filters = append(p.Filters, s.filterView(&found[i]))
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// filterView is a filter as a line of a list.
func (s *Server) filterView(f *instance.Filter) view.Filter {
	shown := view.Filter{
		Path: "/settings/filters/" + f.ID.String(), Title: f.Title, Hides: f.Action == instance.Hide,
		Ends: f.ExpiresAt, Ended: !f.Counts("", s.Now()), Posts: len(f.Posts),
	}
	for _, k := range f.Keywords {
		shown.Words = append(shown.Words, k.Text)
	}
	return shown
}

// filterContexts are the contexts as boxes to tick, with those chosen ticked.
func filterContexts(chosen ...instance.FilterContext) []view.Option {
	var all []view.Option
	for _, c := range instance.FilterContexts {
		all = append(all, view.Option{Value: string(c), Selected: slices.Contains(chosen, c)})
	}
	return all
}

// filterDurations are how long a filter can last, in days.
var filterDurations = map[string]time.Duration{"day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 30 * 24 * time.Hour}

// readFilter reads what was filled in. A filter that is there keeps its end
// where nothing else is chosen.
func (s *Server) readFilter(r *http.Request, ends time.Time) (pages.FilterForm, instance.FilterPlan, []instance.Keyword) {
	form := pages.FilterForm{
		Title: r.PostFormValue("title"), Words: r.PostFormValue("words"), Whole: r.PostFormValue("whole") != "",
		Action: r.PostFormValue("action"), Duration: r.PostFormValue("duration"),
	}
	plan := instance.FilterPlan{Title: form.Title, Action: instance.FilterAction(form.Action), ExpiresAt: ends}
	for _, c := range r.PostForm["context"] {
		plan.Contexts = append(plan.Contexts, instance.FilterContext(c))
	}
	form.Contexts = filterContexts(plan.Contexts...)
	switch d, ok := filterDurations[form.Duration]; {
	case ok:
		plan.ExpiresAt = s.Now().Add(d).UTC().Truncate(time.Millisecond)
	case form.Duration == "ever":
		plan.ExpiresAt = time.Time{}
	}
	var keywords []instance.Keyword
	for line := range strings.Lines(form.Words) {
		if line = strings.TrimSpace(line); line != "" {
			keywords = append(keywords, instance.Keyword{Text: line, WholeWord: form.Whole})
		}
	}
	return form, plan, keywords
}

// createFilter keeps a new filter.
func (s *Server) createFilter(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	form, plan, keywords := s.readFilter(r, time.Time{})
	if len(keywords) == 0 {
		return s.showFilters(w, r, http.StatusUnprocessableEntity, form, []view.Problem{{Field: "words", Code: "missing"}})
	}
	_, err := s.Filters.Create(r.Context(), me(r).ID, plan, keywords)
	if all, ok := problems(err); ok {
		return s.showFilters(w, r, http.StatusUnprocessableEntity, form, filterProblems(all))
	}
	if err != nil {
		return err
	}
	return s.filtersAgain(w, r, "filter.saved")
}

// filterProblems say what is wrong beside the field that words were typed in.
func filterProblems(all []view.Problem) []view.Problem {
	for i := range all {
		if all[i].Field == "keyword" || all[i].Field == "keywords" {
			all[i].Field = "words"
		}
	}
	return all
}

func (s *Server) filtersAgain(w http.ResponseWriter, r *http.Request, key string) error {
	s.flashes.Set(w, view.Flash{Key: key})
	SeeOther(w, r, "/settings/filters")
	return nil
}

// filterIn is the filter of the one who asks that the path names.
func (s *Server) filterIn(r *http.Request) (instance.Filter, error) {
	id, err := instance.ParseID(chi.URLParam(r, "id"))
	if err != nil {
		return instance.Filter{}, err
	}
	return s.Filters.ByID(r.Context(), me(r).ID, instance.FilterID(id))
}

// getFilter shows a filter to be changed.
func (s *Server) getFilter(w http.ResponseWriter, r *http.Request) error {
	f, err := s.filterIn(r)
	if err != nil {
		return err
	}
	form := pages.FilterForm{Title: f.Title, Action: string(f.Action), Contexts: filterContexts(f.Contexts...), Whole: true, Duration: "same"}
	if f.ExpiresAt.IsZero() {
		form.Duration = "ever"
	}
	var words []string
	for _, k := range f.Keywords {
		words = append(words, k.Text)
		form.Whole = form.Whole && k.WholeWord
	}
	form.Words = strings.Join(words, "\n")
	return s.showFilter(w, r, http.StatusOK, &f, form, nil)
}

func (s *Server) showFilter(w http.ResponseWriter, r *http.Request, status int, f *instance.Filter, form pages.FilterForm, all []view.Problem) error {
	frame, err := s.frame(w, r, "")
	if err != nil {
		return err
	}
	return s.HTML(w, r, status, pages.EditFilter{Frame: frame, Filter: s.filterView(f), Form: form, Problems: all})
}

// editFilter changes a filter. A word that stays keeps its id, by which apps
// know it.
func (s *Server) editFilter(w http.ResponseWriter, r *http.Request) error {
	f, err := s.filterIn(r)
	if err != nil {
		return err
	}
	if err := readForm(w, r); err != nil {
		return err
	}
	form, plan, keywords := s.readFilter(r, f.ExpiresAt)
	if len(keywords) == 0 && len(f.Posts) == 0 {
		return s.showFilter(w, r, http.StatusUnprocessableEntity, &f, form, []view.Problem{{Field: "words", Code: "missing"}})
	}
	var changes filters.Changes
	for _, old := range f.Keywords {
		at := slices.IndexFunc(keywords, func(k instance.Keyword) bool { return k.ID == 0 && k.Text == old.Text })
		if at < 0 {
			changes.Drop = append(changes.Drop, old.ID)
			continue
		}
		keywords[at].ID = old.ID
	}
	changes.Keywords = keywords
	_, err = s.Filters.Edit(r.Context(), me(r).ID, f.ID, plan, changes)
	if all, ok := problems(err); ok {
		return s.showFilter(w, r, http.StatusUnprocessableEntity, &f, form, filterProblems(all))
	}
	if err != nil {
		return err
	}
	return s.filtersAgain(w, r, "filter.saved")
}

// deleteFilter ends a filter.
func (s *Server) deleteFilter(w http.ResponseWriter, r *http.Request) error {
	f, err := s.filterIn(r)
	if err != nil {
		return err
	}
	if err := s.Filters.Delete(r.Context(), me(r).ID, f.ID); err != nil {
		return err
	}
	return s.filtersAgain(w, r, "filter.deleted")
}
