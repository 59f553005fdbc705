package spans

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
)

// createTemp opens a new file that the system removes when it is closed, and when
// the process ends in whatever way.
func createTemp(dir string) (*os.File, error) {
	const deleteOnClose, temporary = 0x04000000, 0x100
	name := filepath.Join(dir, fmt.Sprintf("weir-%016x.spans", rand.Uint64()))
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.CREATE_NEW, deleteOnClose|temporary, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	return os.NewFile(uintptr(h), name), nil
}
