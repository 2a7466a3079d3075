package pages

import "palier/instance/web/view"

// AdminBlocks lists what was decided about other servers.
type AdminBlocks struct {
	Frame

	Blocks []view.Block
	Pager  view.Pager
}

// Template is admin_blocks.tmpl.
func (AdminBlocks) Template() string { return "admin_blocks" }
