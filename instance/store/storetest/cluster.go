package storetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// keeper runs the server named by its arguments until its input ends, which it
// does when this process closes it or dies, however it dies. Then it stops the
// server and removes its directory.
const keeper = `
dir=$1; shift
"$@" </dev/null & server=$!
trap '' INT TERM HUP
read -r _
kill -QUIT "$server"
wait "$server"
rm -rf "$dir"`

// cluster is a PostgreSQL server on a directory of its own, reachable through
// a socket in it and from nowhere else.
type cluster struct {
	url    string
	keeper *exec.Cmd
	leash  io.Closer // the keeper's input
}

// startCluster starts a server that forgets to sync, since nobody will miss
// its data.
func startCluster() (*cluster, error) {
	bin, err := serverBinaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "palier-postgres-")
	if err != nil {
		return nil, err
	}
	c, err := startIn(dir, bin)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w", err), os.RemoveAll(dir))
	}
	return c, nil
}

func startIn(dir, bin string) (*cluster, error) {
	attr, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "--pgdata", data, "--username", "postgres",
		"--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = dir, attr
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	logPath := filepath.Join(dir, "log")
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the server has a handle of its own
	server := exec.Command("sh", "-c", keeper, "keeper", dir,
		filepath.Join(bin, "postgres"), "-D", data, "-k", dir,
		"-c", "listen_addresses=", "-c", "fsync=off", "-c", "synchronous_commit=off",
		"-c", "full_page_writes=off", "-c", "max_connections=400", "-c", "shared_buffers=32MB",
		"-c", "autovacuum=off", "-c", "log_min_messages=fatal", "-c", "log_min_error_statement=panic")
	server.Dir, server.SysProcAttr, server.Stderr = dir, attr, log
	leash, err := server.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := server.Start(); err != nil {
		return nil, err
	}
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: url.Values{"host": {dir}}.Encode()}
	c := &cluster{url: u.String(), keeper: server, leash: leash}
	if err := c.await(); err != nil {
		said, readErr := os.ReadFile(logPath)
		return nil, errors.Join(fmt.Errorf("%w: %s", err, said), readErr, c.stop())
	}
	return c, nil
}

// await returns once the server takes connections: its own way to say so is to
// accept one.
func (c *cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (c *cluster) stop() error {
	if err := c.leash.Close(); err != nil {
		return err
	}
	return c.keeper.Wait()
}

// serverBinaries returns the folder of the newest installed server.
func serverBinaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		newest := slices.MaxFunc(found, func(a, b string) int { return majorVersion(a) - majorVersion(b) })
		return filepath.Dir(newest), nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errNotInstalled
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", err
	}
	return filepath.Dir(path), nil
}

func majorVersion(initdb string) int {
	n, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	if err != nil {
		return 0
	}
	return n
}

// unprivileged returns how to start a process that owns dir: PostgreSQL refuses
// to run as root. The process leads a group of its own, so that an interrupt at
// the terminal reaches the tests and not the server they still use.
func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if os.Geteuid() != 0 {
		return attr, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return attr, os.Chown(dir, int(uid), int(gid))
}
