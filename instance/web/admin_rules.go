package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"palier/instance"
	"palier/instance/web/pages"
)

// getRules is where the rules for those who write here are set.
func (s *Server) getRules(w http.ResponseWriter, r *http.Request) error {
	rules, err := s.Rules.Now(r.Context())
	if err != nil {
		return err
	}
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(s.Zone).Format(time.DateOnly)
	}
	return s.showRules(w, r, http.StatusOK, pages.AdminRules{
		PostsADay: strconv.Itoa(rules.PostsADay), NoticesAMonth: strconv.Itoa(rules.NoticesAMonth), ShopNotices: rules.ShopNotices,
		ElectionFrom: day(rules.ElectionFrom), ElectionUntil: day(rules.ElectionUntil),
	})
}

func (s *Server) showRules(w http.ResponseWriter, r *http.Request, status int, p pages.AdminRules) error {
	var err error
	if p.Frame, err = s.frame(w, r, "rules"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// setRules changes the rules.
func (s *Server) setRules(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	form := pages.AdminRules{
		PostsADay: r.PostFormValue("posts-a-day"), NoticesAMonth: r.PostFormValue("notices-a-month"), ShopNotices: r.PostFormValue("shops") != "",
		ElectionFrom: r.PostFormValue("election-from"), ElectionUntil: r.PostFormValue("election-until"),
	}
	count := func(text string) int {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return -1 // is refused with the field it stands in
		}
		return n
	}
	day := func(text string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, text, s.Zone)
		if err != nil {
			return time.Time{}
		}
		return t
	}
	err := s.Rules.Set(r.Context(), instance.Rules{
		PostsADay: count(form.PostsADay), NoticesAMonth: count(form.NoticesAMonth), ShopNotices: form.ShopNotices,
		ElectionFrom: day(form.ElectionFrom), ElectionUntil: day(form.ElectionUntil),
	})
	if all, ok := problems(err); ok {
		form.Problems = all
		return s.showRules(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "saved", "/admin/rules")
}
