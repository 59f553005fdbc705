package unread

import (
	"bytes"

	"github.com/weirgraph/weir/graph"
	"github.com/weirgraph/weir/ingest/document"
)

func encrypted(id, by, hint string) *graph.UnreadKind {
	return &graph.UnreadKind{
		ID: "encrypted-" + id, One: "is encrypted (" + by + "): its content is not known",
		Many: "files are encrypted (" + by + "): their content is not known", Hint: hint,
	}
}

var (
	gitCrypt     = encrypted("git-crypt", "git-crypt", "run git-crypt unlock first, or declare in weir.yaml what the file sets")
	ansibleVault = encrypted("ansible-vault", "ansible-vault", "pass the output of ansible-vault view, or declare in weir.yaml what the file sets")
	age          = encrypted("age", "age", "pass the output of age --decrypt, or declare in weir.yaml what the file sets")
	pgp          = encrypted("pgp", "PGP", "pass the output of gpg --decrypt, or declare in weir.yaml what the file sets")
	sops         = encrypted("sops", "SOPS", "pass the output of sops decrypt, or declare in weir.yaml what the file sets")
	sealed       = &graph.UnreadKind{
		ID: "encrypted-sealed-secret", One: "is encrypted (Sealed Secrets): its content is not known",
		Many: "SealedSecrets are encrypted: their content is not known", Hint: "declare in weir.yaml what they set",
	}
)

// The first bytes of files that are encrypted as a whole.
var encryptedFiles = []struct {
	begins string
	kind   *graph.UnreadKind
}{
	{"\x00GITCRYPT\x00", gitCrypt},
	{"$ANSIBLE_VAULT;", ansibleVault},
	{"age-encryption.org/v", age},
	{"-----BEGIN AGE ENCRYPTED FILE-----", age},
	{"-----BEGIN PGP MESSAGE-----", pgp},
}

// EncryptedFile returns how the file that begins with text is encrypted, nil if it is not.
func EncryptedFile(text []byte) *graph.UnreadKind {
	for _, f := range encryptedFiles {
		if bytes.HasPrefix(text, []byte(f.begins)) {
			return f.kind
		}
	}
	return nil
}

// EncryptedValues returns how the values of a document are encrypted whose names are not, nil
// if they are not.
func EncryptedValues(h *document.Head) *graph.UnreadKind {
	if h.Has("sops") && !h.Text {
		return sops
	}
	return nil
}
