package servertest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Program acts as the program palier would for these arguments, as far as the
// load generator uses it: "serve" and "admin". It returns the exit code. A test
// program that is started again with such arguments can so be the server that
// it kills.
func Program(args []string) int {
	if err := run(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func run(args []string) error {
	switch {
	case len(args) > 0 && args[0] == "serve":
		return serve(args)
	case len(args) > 2 && args[0] == "admin" && args[1] == "post":
		return ask(flag(args, "--url") + "/post?" + url.Values{"in": {flag(args, "--in")}}.Encode())
	case len(args) > 3 && args[0] == "admin" && args[2] == "create":
		fmt.Println(len(args[3]))
		return nil
	}
	return fmt.Errorf("no such command: %s", strings.Join(args, " "))
}

// flag returns the value after a flag.
func flag(args []string, name string) string {
	if i := slices.Index(args, name); i >= 0 && i+1 < len(args) {
		return args[i+1]
	}
	return ""
}

func serve(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	journal, ok := strings.CutPrefix(flag(args, "--database"), "sqlite:")
	if !ok || flag(args, "--peers-allow") == "" {
		return fmt.Errorf("flags missing: %s", strings.Join(args, " "))
	}
	lazy, err := strconv.Atoi("0" + flag(args, "--lazy"))
	if err != nil {
		return err
	}
	s, err := Open(Options{Listen: flag(args, "--listen"), URL: flag(args, "--url"), Journal: journal, Lazy: lazy})
	if err != nil {
		return err
	}
	<-ctx.Done()
	return s.Close()
}

func ask(address string) error {
	resp, err := http.Post(address, "text/plain", nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d, %w: %s", resp.StatusCode, err, text)
	}
	fmt.Print(string(text))
	return nil
}
