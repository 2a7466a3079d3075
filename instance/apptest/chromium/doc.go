// Package chromium opens a real browser for tests, and goes through pages as
// somebody does who has a keyboard and no mouse. All of it stands behind the
// build tag browser.
package chromium
