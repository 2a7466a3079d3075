package web

import (
	"net/http"
	"net/url"
	"strings"

	"palier/instance"
	"palier/instance/moderation"
	"palier/instance/web/pages"
	"palier/instance/web/view"
)

const blocksPath = "/admin/blocks"

// getBlocks lists what was decided about other servers.
func (s *Server) getBlocks(w http.ResponseWriter, r *http.Request) error {
	after := r.URL.Query().Get("after")
	rules, err := s.Moderation.Domains(r.Context(), after, perPage)
	if err != nil {
		return err
	}
	var p pages.AdminBlocks
	for _, rule := range rules {
		p.Blocks = append(p.Blocks, view.Block{Domain: rule.Domain, Severity: string(rule.Severity), Reason: rule.Reason, At: rule.At})
	}
	if after != "" {
		p.Pager.Newer = blocksPath
	}
	if len(rules) == perPage {
		p.Pager.Older = blocksPath + "?after=" + url.QueryEscape(rules[perPage-1].Domain)
	}
	if p.Frame, err = s.frame(w, r, "blocks"); err != nil {
		return err
	}
	return s.HTML(w, r, http.StatusOK, p)
}

// getNewBlock is the form for a decision, new or to be changed.
func (s *Server) getNewBlock(w http.ResponseWriter, r *http.Request) error {
	p := pages.AdminNewBlock{Domain: strings.TrimSpace(r.URL.Query().Get("domain"))}
	if domain, err := moderation.CanonicalDomain(p.Domain); err == nil {
		rule, err := s.Moderation.Domain(r.Context(), domain)
		if err != nil {
			return err
		}
		p.Severity, p.Reason = string(rule.Severity), rule.Reason
	}
	return s.showNewBlock(w, r, http.StatusOK, p)
}

// blockServer keeps a decision about a server. One that would end follows is
// repeated first: they do not come back by themselves.
func (s *Server) blockServer(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	p := pages.AdminNewBlock{Domain: strings.TrimSpace(r.PostFormValue("domain")), Severity: r.PostFormValue("severity"), Reason: r.PostFormValue("reason")}
	if p.Severity == "" {
		p.Problems = []view.Problem{{Field: "severity", Code: "missing"}}
		return s.showNewBlock(w, r, http.StatusUnprocessableEntity, p)
	}
	rule := moderation.DomainRule{Domain: p.Domain, Severity: moderation.Severity(p.Severity), Reason: p.Reason}
	if rule.Severity == moderation.Suspended && r.PostFormValue("sure") == "" {
		ties, err := s.Moderation.Ties(r.Context(), p.Domain)
		if err == nil && ties > 0 {
			return s.confirm(w, r, pages.Confirm{
				Deed: "suspend", Subject: p.Domain, Action: blocksPath, Return: blocksPath,
				Fields: []view.Option{{Value: "domain", Label: p.Domain}, {Value: "severity", Label: p.Severity}, {Value: "reason", Label: p.Reason}, {Value: "sure", Label: "yes"}},
			})
		}
		// Whatever else is wrong with the domain, the next line says.
	}
	err := s.Moderation.SetDomain(r.Context(), me(r).ID, rule)
	if all, ok := problems(err); ok {
		p.Problems = all
		return s.showNewBlock(w, r, http.StatusUnprocessableEntity, p)
	}
	if err != nil {
		return err
	}
	return s.done(w, r, "decided", blocksPath)
}

// liftBlock takes a decision about a server back.
func (s *Server) liftBlock(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	domain, err := moderation.CanonicalDomain(r.PostFormValue("domain"))
	if err != nil {
		return instance.ErrNotFound
	}
	if err := s.Moderation.SetDomain(r.Context(), me(r).ID, moderation.DomainRule{Domain: domain}); err != nil {
		return err
	}
	return s.done(w, r, "block.lifted", blocksPath)
}

func (s *Server) showNewBlock(w http.ResponseWriter, r *http.Request, status int, p pages.AdminNewBlock) error {
	if p.Domain != "" {
		// What is no domain has no ties; the form says so itself.
		ties, err := s.Moderation.Ties(r.Context(), p.Domain)
		if _, ok := problems(err); err != nil && !ok {
			return err
		}
		p.Ties = ties
	}
	var err error
	if p.Frame, err = s.frame(w, r, "blocks"); err != nil {
		return err
	}
	return s.HTML(w, r, status, p)
}
