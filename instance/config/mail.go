package config

import "palier/instance/mail"

// Mail is the mail server that takes letters.
type Mail struct {
	// Host is its name; empty: none, and letters stay in the database.
	Host string `toml:"host"`
	// Port is 587, or 465 with security "tls", if it is not set.
	Port int `toml:"port"`
	// User and PasswordFile are how we sign in there, if it asks.
	User         string `toml:"user"`
	PasswordFile string `toml:"password_file"`
	// From is whom letters are from: name@host, or Name <name@host>.
	From string `toml:"from"`
	// Security is starttls, tls, or none for a mail server on the same machine.
	Security string `toml:"security"`
	// CA is a file of certificates to trust besides those of the machine.
	CA string `toml:"ca"`
}

// Server returns the mail server as letters are sent by it.
func (m Mail) Server() mail.Server { return mail.Server(m) }
