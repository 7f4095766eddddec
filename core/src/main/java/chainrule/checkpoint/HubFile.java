package chainrule.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A file of a repository on a hub.
 *
 * @param large whether the checksum is the content's SHA-256, as of files in large-file storage; else it is git's: SHA-1 of
 *     the word blob, the size, a zero byte and the content
 */
record HubFile(String path, long size, boolean large, String checksum) {
    /** Whether a file has this one's content. */
    boolean matches(Path file) throws IOException {
        return Files.isRegularFile(file)
                && Files.size(file) == size
                && checksumOf(file).equals(checksum);
    }

    private String checksumOf(Path file) throws IOException {
        MessageDigest digest = digest(large ? "SHA-256" : "SHA-1");
        if (!large) {
            digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        }
        byte[] piece = new byte[1 << 20];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                digest.update(piece, 0, n);
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
