// Package machine measures what the machine itself can do, in the same run as a
// server, so that figures of different machines can be compared: how many
// signatures its processors make, how many transactions its disk takes, how
// many requests an HTTP server that does nothing answers.
package machine

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"

	"palier/cmd/palier-bench/process"
)

// Speed is how fast something goes.
type Speed struct {
	PerSecond float64       // with all processors
	CPU       time.Duration // processor time of one
}

// Signing is what signatures cost, as HTTP requests between servers carry them.
type Signing struct {
	RSASign, RSAVerify         Speed // 2048 bits, PKCS #1 v1.5, SHA-256
	Ed25519Sign, Ed25519Verify Speed
	Free                       float64 // the part of the processors that nobody else took meanwhile
}

// MeasureSigning makes and verifies signatures on all processors, d for each of
// the four.
func MeasureSigning(ctx context.Context, d time.Duration) (Signing, error) {
	var s Signing
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return s, fmt.Errorf("generate RSA key: %w", err)
	}
	sum := sha256.Sum256([]byte("(request-target): post /inbox"))
	rsaSignature, err := rsaKey.Sign(rand.Reader, sum[:], crypto.SHA256)
	if err != nil {
		return s, fmt.Errorf("sign with RSA: %w", err)
	}
	edPublic, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return s, fmt.Errorf("generate Ed25519 key: %w", err)
	}
	edSignature := ed25519.Sign(edKey, sum[:])
	for _, m := range []struct {
		speed *Speed
		do    func() error
	}{
		{&s.RSASign, func() error {
			_, err := rsaKey.Sign(rand.Reader, sum[:], crypto.SHA256)
			return err
		}},
		{&s.RSAVerify, func() error { return rsa.VerifyPKCS1v15(&rsaKey.PublicKey, crypto.SHA256, sum[:], rsaSignature) }},
		{&s.Ed25519Sign, func() error { ed25519.Sign(edKey, sum[:]); return nil }},
		{&s.Ed25519Verify, func() error {
			if !ed25519.Verify(edPublic, sum[:], edSignature) {
				return rsa.ErrVerification
			}
			return nil
		}},
	} {
		if *m.speed, err = speed(ctx, d, m.do); err != nil {
			return s, err
		}
		s.Free += m.speed.PerSecond * m.speed.CPU.Seconds() / float64(runtime.GOMAXPROCS(0)) / 4
	}
	return s, nil
}

// speed does something on all processors for d, and on each at least once: on a
// busy machine a short d may be over before a worker begins.
func speed(ctx context.Context, d time.Duration, do func() error) (Speed, error) {
	self := []int{os.Getpid()}
	before, err := process.CPU(self)
	if err != nil {
		return Speed{}, err
	}
	start := time.Now()
	done := make([]int, runtime.GOMAXPROCS(0))
	errs := make([]error, len(done))
	var workers sync.WaitGroup
	for i := range done {
		workers.Go(func() {
			for done[i] == 0 || errs[i] == nil && ctx.Err() == nil && time.Since(start) < d {
				errs[i] = do()
				done[i]++
			}
		})
	}
	workers.Wait()
	took := time.Since(start)
	after, err := process.CPU(self)
	if err != nil {
		return Speed{}, err
	}
	n := 0
	for i := range done {
		if errs[i] != nil {
			return Speed{}, errs[i]
		}
		n += done[i]
	}
	if err := context.Cause(ctx); err != nil {
		return Speed{}, fmt.Errorf("measure the machine: %w", err)
	}
	return Speed{PerSecond: float64(n) / took.Seconds(), CPU: (after - before) / time.Duration(n)}, nil
}
