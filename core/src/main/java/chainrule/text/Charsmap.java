package chainrule.text;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;

/**
 * A SentencePiece {@code precompiled_charsmap}: the size of a double-array trie in bytes (32-bit little-endian), its units
 * (32 bits each, darts-clone: label, leaf flag, offset), then the replacements, each ended by a zero byte. Checked so
 * that no text can lead a reader out of the trie or to half of a character.
 *
 * @param base64 the map, encoded again
 * @param longest characters of the longest replacement
 */
record Charsmap(String base64, int longest) {
    /** @throws IllegalArgumentException with what is wrong */
    static Charsmap parse(String base64) {
        byte[] map = decoded(base64);
        ByteBuffer in = ByteBuffer.wrap(map).order(ByteOrder.LITTLE_ENDIAN);
        if (map.length < 8) {
            throw new IllegalArgumentException("is too short for a trie");
        }
        int bytes = in.getInt();
        if (bytes < 4 || bytes % 4 != 0 || bytes > in.remaining()) {
            throw new IllegalArgumentException(
                    "names a trie of " + Integer.toUnsignedString(bytes) + " bytes, which it does not hold");
        }
        int[] trie = new int[bytes / 4];
        for (int i = 0; i < trie.length; i++) {
            trie[i] = in.getInt();
        }
        byte[] texts = new byte[in.remaining()];
        in.get(texts);
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("has replacements that are not UTF-8", e);
        }
        return new Charsmap(Base64.getEncoder().encodeToString(map), walk(trie, texts));
    }

    private static byte[] decoded(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("is not base64", e);
        }
    }

    /** Visits all that a text can reach; returns the characters of the longest replacement. */
    private static int walk(int[] trie, byte[] texts) {
        BitSet seen = new BitSet(trie.length);
        Deque<Integer> open = new ArrayDeque<>();
        visit(offset(trie[0]), trie, seen, open);
        int longest = 0;
        while (!open.isEmpty()) {
            int base = open.pop();
            for (int label = 1; label < 256; label++) {
                int unit = trie[base ^ label];
                if ((unit & (1 << 31 | 0xFF)) != label) {
                    continue;
                }
                int child = base ^ label ^ offset(unit);
                visit(child, trie, seen, open);
                if ((unit >> 8 & 1) == 1) {
                    longest = Math.max(longest, replacement(trie[child] & Integer.MAX_VALUE, texts));
                }
            }
        }
        return longest;
    }

    /** A reader at a node looks at all 256 units that differ from it in the lowest eight bits. */
    private static void visit(int node, int[] trie, BitSet seen, Deque<Integer> open) {
        if ((node | 0xFF) >= trie.length || node < 0) {
            throw new IllegalArgumentException("has a trie that leads out of itself");
        }
        if (!seen.get(node)) {
            seen.set(node);
            open.push(node);
        }
    }

    private static int offset(int unit) {
        long offset = (unit >>> 10 & 0x3FFFFFL) << ((unit & 1 << 9) >> 6);
        return (int) Math.min(offset, Integer.MAX_VALUE);
    }

    private static int replacement(int at, byte[] texts) {
        if (at > texts.length || (at < texts.length && (texts[at] & 0xC0) == 0x80)) {
            throw new IllegalArgumentException("has a trie that leads out of its replacements");
        }
        int end = at;
        while (end < texts.length && texts[end] != 0) {
            end++;
        }
        String text = new String(texts, at, end - at, StandardCharsets.UTF_8);
        return text.codePointCount(0, text.length());
    }
}
