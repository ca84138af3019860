package proctest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"
)

// NeedPOSIXRename skips the test if the system cannot replace a file that is open. On Windows, that
// is a rename like POSIX, which wine 8 and FAT do not have.
func NeedPOSIXRename(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	from, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(from, windows.DELETE|windows.SYNCHRONIZE, 0, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = windows.CloseHandle(h) }()
	info := struct { // FILE_RENAME_INFO
		flags  uint32
		folder windows.Handle
		length uint32
		name   [windows.MAX_PATH]uint16
	}{flags: windows.FILE_RENAME_REPLACE_IF_EXISTS | windows.FILE_RENAME_POSIX_SEMANTICS}
	to, err := windows.UTF16FromString(path + ".renamed")
	if err != nil {
		t.Fatal(err)
	}
	info.length = uint32(2 * (copy(info.name[:], to) - 1))
	err = windows.SetFileInformationByHandle(h, windows.FileRenameInfoEx, (*byte)(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)))
	switch {
	case errors.Is(err, windows.ERROR_INVALID_FUNCTION), errors.Is(err, windows.ERROR_CALL_NOT_IMPLEMENTED),
		errors.Is(err, windows.ERROR_INVALID_PARAMETER), errors.Is(err, windows.ERROR_NOT_SUPPORTED):
		t.Skipf("renames like POSIX do not work here: %v", err)
	case err != nil:
		t.Fatal(err)
	}
}
