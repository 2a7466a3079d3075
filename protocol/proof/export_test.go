package proof

// For tests of the package: reading the secret keys of vectors, and base58 by
// itself.
var (
	Multibase58   = multibase58
	Demultibase58 = demultibase58
)
