package storetest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// errNotInstalled: there are no server binaries to start a cluster from.
var errNotInstalled = errors.New("PostgreSQL is not installed: no initdb in PATH or /usr/lib/postgresql")

// server is a running cluster and its migrated template.
type server struct {
	url      *url.URL
	name     string // with which the names of its databases begin
	template string
	copying  string   // how to say that files are to be copied as they are
	own      *cluster // nil when it was started by others
	made     atomic.Int64
}

// shared is started by the first test of the process that needs it.
var shared = sync.OnceValues(startServer)

// asked tells whether a test asked for a server.
var asked atomic.Bool

func startServer() (*server, error) {
	asked.Store(true)
	// The moment too: what a process that was killed left has its number, and numbers come again.
	s := &server{name: fmt.Sprintf("palier_%d_%s", os.Getpid(), strconv.FormatInt(time.Now().UnixMilli(), 36))}
	s.template = s.name + "_template"
	address := os.Getenv("PALIER_TEST_POSTGRES")
	if address == "" {
		own, err := startCluster()
		if err != nil {
			return nil, err
		}
		s.own, address = own, own.url
	}
	var err error
	if s.url, err = url.Parse(address); err != nil {
		return nil, fmt.Errorf("PALIER_TEST_POSTGRES: %w", err)
	}
	if s.copying, err = s.fastestCopy(); err != nil {
		return nil, err
	}
	if err := s.run("CREATE DATABASE " + s.template); err != nil {
		return nil, err
	}
	return s, migrate(s.database(s.template))
}

func stopCluster() error {
	if !asked.Load() {
		return nil
	}
	s, err := shared()
	switch {
	case errors.Is(err, errNotInstalled):
		return nil
	case err != nil:
		return err
	case s.own != nil:
		return s.own.stop()
	}
	return s.run("DROP DATABASE " + s.template)
}

// database returns the address of the cluster's database called name.
func (s *server) database(name string) string {
	u := *s.url
	u.Path = "/" + name
	return u.String()
}

// fastestCopy returns what a copy of a database of many small tables is to be
// asked for with. Since version 15 PostgreSQL writes such a copy page by page
// into its log, which takes four times as long, unless it is told not to.
func (s *server) fastestCopy() (string, error) {
	var version int
	err := s.with(func(ctx context.Context, conn *pgx.Conn) error {
		return conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version)
	})
	if err != nil || version < 150000 {
		return "", err
	}
	return " STRATEGY FILE_COPY", nil
}

// run runs a statement outside any database of a test.
func (s *server) run(statement string) error {
	return s.with(func(ctx context.Context, conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
		return nil
	})
}

// with lends do a connection outside any database of a test.
func (s *server) with(do func(context.Context, *pgx.Conn) error) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.database("postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	return do(ctx, conn)
}

func postgresURL(t testing.TB, migrated bool) string {
	t.Helper()
	s, err := shared()
	if errors.Is(err, errNotInstalled) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	template := ""
	if migrated {
		template = s.template
	}
	return s.create(t, template)
}

// create makes a database, empty or after a template, that is gone when t ends.
func (s *server) create(t testing.TB, template string) string {
	t.Helper()
	name := fmt.Sprintf("%s_%d", s.name, s.made.Add(1))
	statement := "CREATE DATABASE " + name
	if template != "" {
		statement += " TEMPLATE " + template + s.copying
	}
	if err := s.run(statement); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.run("DROP DATABASE " + name + " WITH (FORCE)"); err != nil && !strings.Contains(err.Error(), "shutting down") {
			t.Errorf("drop database: %v", err)
		}
	})
	return s.database(name)
}
