package web

import (
	"net/http"

	"palier/instance"
	"palier/instance/timelines"
	"palier/instance/web/view"
)

// perPage is how many lines a list shows at once.
const perPage = 20

// idIn returns the id in the query under name, 0 for none. What cannot be an id
// is none: an address that was cut off shows the beginning.
func idIn(r *http.Request, name string) instance.ID {
	id, err := instance.ParseID(r.URL.Query().Get(name))
	if err != nil {
		return 0
	}
	return id
}

// pageOf returns the part of a timeline that is asked for.
func pageOf(r *http.Request) timelines.Page {
	p := timelines.Page{Before: idIn(r, "before"), Limit: perPage}
	if p.Before == 0 {
		p.After = idIn(r, "after")
	}
	return p
}

// turn returns where the list at path goes on from a page of it. elsewhere is
// set if the page asked for is better seen at another address: the beginning of
// the list, where going back ends, or what comes after a stretch of which the
// reader may see nothing.
func turn(path string, p timelines.Page, entries []timelines.Entry, next instance.ID) (pager view.Pager, elsewhere string) {
	switch {
	case p.After != 0 && len(entries) < p.Limit:
		return view.Pager{}, path
	case len(entries) == 0 && next != 0:
		return view.Pager{}, path + "?before=" + next.String()
	case len(entries) == 0:
		return view.Pager{}, ""
	}
	first, last := entries[0].ID, entries[len(entries)-1].ID
	if p.Before != 0 || p.After != 0 {
		pager.Newer = path + "?after=" + first.String()
	}
	switch {
	case p.After != 0:
		pager.Older = path + "?before=" + last.String()
	case next != 0:
		pager.Older = path + "?before=" + next.String()
	}
	return pager, ""
}
