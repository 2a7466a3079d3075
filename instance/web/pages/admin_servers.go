package pages

import "palier/instance/web/view"

// AdminServers lists the other servers and how they answer.
type AdminServers struct {
	Frame

	Servers []view.Server
	Pager   view.Pager
}

// Template is admin_servers.tmpl.
func (AdminServers) Template() string { return "admin_servers" }
