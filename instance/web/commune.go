package web

import (
	"context"
	"slices"
	"strings"

	"palier/instance/france"
	"palier/instance/web/view"
)

// choosable is how many communes somebody is asked to choose from.
const choosable = 12

// communeOf finds the commune that is meant by a name, a postal code or its own code,
// or the town that the rules of a country outside France name, and those that may be
// meant where there are several.
func (s *Server) communeOf(ctx context.Context, typed string) (code string, among []view.Option, err error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", nil, nil
	}
	if code, ok := s.Hosts.Pack().AreaNamed(typed); ok {
		return code, nil, nil
	}
	known, err := s.Addresses.Communes(ctx, typed)
	if err != nil {
		return "", nil, err
	}
	var found []france.Commune
	if isPostcode(typed) {
		all, err := france.Communes()
		if err != nil {
			return "", nil, err
		}
		for _, c := range all {
			if c.Kind == "COM" && slices.Contains(c.PostalCodes, typed) {
				found = append(found, c)
			}
		}
	}
	if c, ok := known[typed]; ok && len(found) == 0 {
		return c.Code, nil, nil
	}
	if len(found) == 0 {
		if found, err = s.Addresses.Called(ctx, typed); err != nil {
			return "", nil, err
		}
	}
	if len(found) == 1 {
		return found[0].Code, nil, nil
	}
	for _, c := range found[:min(len(found), choosable)] {
		among = append(among, view.Option{Value: c.Code, Label: areaName(byCode(found), c.Code)})
	}
	return "", among, nil
}

func isPostcode(s string) bool { return len(s) == 5 && strings.Trim(s, "0123456789") == "" }
