package proof

// For tests of the package: reading the secret keys of vectors, the bytes that
// are signed, and base58 by itself.
var (
	Hashes        = hashes
	Multibase58   = multibase58
	Demultibase58 = demultibase58
)
