package activitypub

import (
	"context"
	"fmt"
	"strings"

	"palier/federation/discovery"
	"palier/instance/jobs"
	"palier/instance/store"
	"palier/instance/writing"
	"palier/protocol/nodeinfo"
)

// Acquaint is the job that asks a host what it is and what it takes from groups,
// once somebody there follows one of ours.
type Acquaint struct {
	Host string `json:"host"`
}

// Kind names the job.
func (Acquaint) Kind() string { return "acquaint_host" }

// acquaintLater has the host of an actor asked about itself, unless it told.
func (s *Service) acquaintLater(ctx context.Context, tx store.Tx, uri string) error {
	host, ok := hostOf(uri)
	if !ok {
		return nil
	}
	var known bool
	err := tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM hosts WHERE name = $1 AND (speaks_1b12 OR software <> ''))`, host).Scan(&known)
	if err != nil || known {
		return err
	}
	return s.jobs.Enqueue(ctx, tx, Acquaint{Host: host}, jobs.Unique(host))
}

// acquaint does the job. Some software takes whole activities from groups and
// says so nowhere: its name is a first guess about a host that never told nor
// showed what it takes (specs/protocol.md §3). A host that does not say now is
// asked again when somebody there follows the next time.
func (s *Service) acquaint(ctx context.Context, a Acquaint) error {
	found, err := s.discovery.Server(ctx, a.Host)
	if err != nil {
		s.log.Info("a host does not say what it is", "host", a.Host, "error", err)
		return ctx.Err()
	}
	err = s.db.InTx(ctx, func(tx store.Tx) error {
		if err := keepSoftware(ctx, tx, a.Host, found.Info); err != nil {
			return err
		}
		if !found.FEP1b12 && !discovery.GuessFEP1b12(strings.ToLower(found.Info.Software.Name)) {
			return nil
		}
		return s.hosts.Speaks1b12(ctx, tx, a.Host)
	})
	if err != nil {
		return fmt.Errorf("acquaint with %s: %w", a.Host, err)
	}
	return nil
}

// keepSoftware notes what a host says it runs.
func keepSoftware(ctx context.Context, tx store.Tx, host string, info nodeinfo.Document) error {
	software := strings.TrimSpace(info.Software.Name + " " + info.Software.Version)
	_, err := tx.Exec(ctx, `UPDATE hosts SET software = $2 WHERE name = $1`, host, writing.Plain(software, 80))
	return err
}
