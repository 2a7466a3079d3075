//go:build race

package storetest

// racing tells whether this is the race detector.
const racing = true
