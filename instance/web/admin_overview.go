package web

import (
	"net/http"
	"time"

	"palier/instance/web/pages"
)

// recent is how far back the overview looks.
const recent = 7 * 24 * time.Hour

// getOverview shows what waits for those who run the server, and its numbers.
func (s *Server) getOverview(w http.ResponseWriter, r *http.Request) error {
	ctx, since := r.Context(), s.Now().Add(-recent)
	p := pages.AdminOverview{Version: s.Version, Engine: s.Engine, Since: s.Since}
	accounts, err := s.People.Tally(ctx, since)
	if err != nil {
		return err
	}
	places, err := s.Places.Tally(ctx)
	if err != nil {
		return err
	}
	network, err := s.Network.Tally(ctx)
	if err != nil {
		return err
	}
	if p.Week, err = s.Posts.CountSince(ctx, since); err != nil {
		return err
	}
	p.People, p.Newcomers, p.Verified, p.Neighbourhoods = accounts.Accounts, accounts.Newcomers, places.Verified, places.Places
	p.Servers, p.Pending = network.Servers, network.Pending
	if p.Todo, err = s.todo(r, places.Declared, network.Silent, network.Stuck); err != nil {
		return err
	}
	if p.Frame, err = s.frame(w, r, "overview"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// todo is what waits for a person: what hurts people first.
func (s *Server) todo(r *http.Request, declared, silent, stuck int) ([]pages.Todo, error) {
	ctx := r.Context()
	reports, err := s.Moderation.CountOpen(ctx, me(r).ID)
	if err != nil {
		return nil, err
	}
	waiting, err := s.Groups.CountWaiting(ctx)
	if err != nil {
		return nil, err
	}
	links, err := s.People.CountLinkRequests(ctx)
	if err != nil {
		return nil, err
	}
	quiet, err := s.Notifications.CountQuiet(ctx, s.Now().Add(-24*time.Hour))
	if err != nil {
		return nil, err
	}
	failed, err := s.Jobs.Counts(ctx)
	if err != nil {
		return nil, err
	}
	posts := 0
	for _, n := range waiting {
		posts += n
	}
	for _, c := range failed {
		if c.State == "discarded" {
			stuck += int(c.Jobs)
		}
	}
	var todo []pages.Todo
	for _, t := range []pages.Todo{
		{Kind: "reports", Count: reports, Path: "/admin/reports"},
		{Kind: "waiting", Count: posts, Path: "/admin/waiting"},
		{Kind: "links", Count: links, Path: "/admin/links"},
		{Kind: "declared", Count: declared, Path: "/admin/neighbourhoods"},
		{Kind: "servers", Count: silent, Path: "/admin/servers"},
		{Kind: "quiet", Count: quiet, Path: "/admin/servers"},
		{Kind: "failures", Count: stuck, Path: "/admin/failures"},
	} {
		if t.Count > 0 {
			todo = append(todo, t)
		}
	}
	return todo, nil
}
