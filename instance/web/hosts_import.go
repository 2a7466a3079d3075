package web

import (
	"errors"
	"net/http"
	"slices"

	"palier/instance"
	"palier/instance/hosts"
	"palier/instance/sheets"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

// getHostsImport is where a lead takes a list of offers into the queue.
func (s *Server) getHostsImport(w http.ResponseWriter, r *http.Request) error {
	return s.showHostsImport(w, r, http.StatusOK, pages.HostsImport{})
}

func (s *Server) showHostsImport(w http.ResponseWriter, r *http.Request, status int, p pages.HostsImport) error {
	h, _, err := s.programme(r, "hosts")
	if err == nil && !h.Programme.Leads {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	p.ProgrammeHead = h
	if p.Frame, err = s.frame(w, r, ""); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}

// maxOffersMiB is how large a list may be, in MiB.
const maxOffersMiB = 5

// importHosts takes it, and says which rows it could not.
func (s *Server) importHosts(w http.ResponseWriter, r *http.Request) error {
	h, id, err := s.programme(r, "hosts")
	if err == nil && !h.Programme.Leads {
		err = instance.ErrNotFound
	}
	if err != nil {
		return err
	}
	report, err := s.importOffers(w, r, id)
	if errors.Is(err, hosts.ErrNoOffers) || errors.Is(err, sheets.ErrNoTable) {
		err = &instance.Invalid{Field: "list", Code: "no-offers"}
	}
	if all, ok := problems(err); ok {
		return s.showHostsImport(w, r, http.StatusUnprocessableEntity, pages.HostsImport{Problems: all})
	}
	if err != nil {
		return unseen(err)
	}
	p := pages.HostsImport{Done: true, Taken: report.Good, Bad: report.Bad}
	for _, f := range report.Shown {
		why := f.Reason
		if !slices.Contains(hosts.RefusedWhy, why) {
			why = "row" // it could not be read as a row at all
		}
		p.Refused = append(p.Refused, view.RefusedLine{Line: f.Line, Reason: why})
	}
	return s.showHostsImport(w, r, http.StatusOK, p)
}

func (s *Server) importOffers(w http.ResponseWriter, r *http.Request, id instance.ActorID) (_ *sheets.Report, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxOffersMiB<<20)
	away, err := s.readUpload(w, r)
	defer away()
	if err != nil {
		return nil, err
	}
	file, _, err := r.FormFile("list")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, &instance.Invalid{Field: "list", Code: "missing"}
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	report := sheets.NewReport("list", nil)
	unpacked, err := sheets.Unpack(file, maxOffersMiB<<20)
	if err != nil {
		return nil, err
	}
	t, err := sheets.Open(unpacked, report)
	if err != nil {
		return nil, err
	}
	return report, s.Hosts.Import(r.Context(), *me(r), id, t, report)
}
