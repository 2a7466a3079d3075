// Package loopback keeps a program that makes load on its own machine: nothing
// it dials is anywhere else, whatever a name resolves to and wherever a
// document points.
package loopback

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrElsewhere is wrapped by the errors about everything that is not on this
// machine.
var ErrElsewhere = errors.New("not a loopback address; load is only made on one's own machine")

// Check parses the address of a server and returns an error wrapping
// [ErrElsewhere] unless every address of its host is a loopback address.
func Check(ctx context.Context, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("address of a server: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, fmt.Errorf("address of a server: %q is not http://host or https://host", address)
	}
	if err := CheckHost(ctx, u.Hostname()); err != nil {
		return nil, err
	}
	return u, nil
}

// CheckHost is [Check] for a name or an address alone.
func CheckHost(ctx context.Context, host string) error {
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return fmt.Errorf("look up %s: %w", host, err)
	}
	for _, a := range addresses {
		if !a.Unmap().IsLoopback() {
			return fmt.Errorf("%s is %s: %w", host, a, ErrElsewhere)
		}
	}
	return nil
}

// Dialer returns a dialer that reaches loopback addresses only. What counts is
// the address that is dialled, not what the name resolved to before.
func Dialer() *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !at.Addr().Unmap().IsLoopback() {
			return fmt.Errorf("dial %s: %w", address, ErrElsewhere)
		}
		return nil
	}}
}

// Client returns a client for single requests that reaches loopback addresses
// only, knows no proxy and follows no redirects. Close its idle connections in
// the end.
func Client(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		Transport:     &http.Transport{DialContext: Dialer().DialContext, MaxIdleConnsPerHost: 4},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
