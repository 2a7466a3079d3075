package web

import (
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"palier/instance"
	"palier/instance/digest"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// boardHolds is how many things of each sort stand on a noticeboard, so that it
// is one sheet of paper; boardHangs how long its short codes lead anywhere.
const boardHangs = 8 * 7 * 24 * time.Hour

var boardHolds = map[string]int{"needs": 3, "events": 4, "offers": 3, "news": 3, "notices": 3}

// getBoard is the noticeboard of a place: what everyone may read of its week, on
// one sheet of paper.
func (s *Server) getBoard(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	found, err := s.Digest.Board(r.Context(), a.ID)
	if err != nil {
		return err
	}
	p := pages.Board{Place: personView(s.Site, a), URL: s.Site.Page(a.Username)}
	short := "/g/" + a.Username + "/"
	p.Short = s.Site.Host() + short
	at := make(map[string]int)
	for _, place := range found {
		for _, section := range s.digestView(r, place).Sections {
			i, ok := at[section.Kind]
			if !ok {
				i = len(p.Sections)
				at[section.Kind] = i
				p.Sections = append(p.Sections, view.BoardSection{Kind: section.Kind})
			}
			for _, item := range section.Items {
				if len(p.Sections[i].Items) == boardHolds[section.Kind] {
					break
				}
				code := shortCode(postIn(item.Path))
				p.Sections[i].Items = append(p.Sections[i].Items, view.BoardItem{DigestItem: item, Code: code, URL: s.Site.Base() + short + code})
			}
		}
	}
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getShort leads from a short code on paper to the post it stands for.
func (s *Server) getShort(w http.ResponseWriter, r *http.Request) error {
	a, err := s.place(r)
	if err != nil {
		return err
	}
	list, err := s.Digest.Posted(r.Context(), a.ID, s.Now().Add(-boardHangs))
	if err != nil {
		return err
	}
	code := strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(chi.URLParam(r, "code")))
	for _, p := range list {
		if shortCode(p.ID.String()) == code {
			SeeOther(w, r, postPathOf(p))
			return nil
		}
	}
	return instance.ErrNotFound
}

func postPathOf(p digest.Posted) string { return "/@" + p.Author + "/" + p.ID.String() }

// postIn is the number of a post at the end of the path of its page.
func postIn(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }

// signs are those of short codes: none that looks like another (Crockford).
const signsOfCodes = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// shortCode is what stands for a post on paper: a digit and four signs, the same
// whenever it is printed. Among the posts of one place few have the same.
func shortCode(post string) string {
	sum := sha256.Sum256([]byte("board\n" + post))
	code := []byte{signsOfCodes[sum[0]%10]}
	for _, b := range sum[1:5] {
		code = append(code, signsOfCodes[b%32])
	}
	return string(code)
}
