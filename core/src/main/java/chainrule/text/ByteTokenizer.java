package chainrule.text;

import chainrule.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * One token per byte of UTF-8: ids 0 to 255 are the bytes, and special tokens follow. A special token's text inside a
 * text becomes that token (the longest where two start at one place); none is added around a text. A byte's token is its
 * character in GPT-2's byte alphabet.
 */
public final class ByteTokenizer implements Tokenizer {
    private static final int BYTES = 256;

    private final List<String> special;

    /** With {@code <pad>}, {@code <bos>} and {@code <eos>}. */
    public ByteTokenizer() {
        this(List.of("<pad>", "<bos>", "<eos>"));
    }

    /** @throws BadInput if a special token is given twice, or reads as bytes of the byte alphabet */
    public ByteTokenizer(List<String> special) {
        this.special = List.copyOf(special);
        for (String token : special) {
            byte[] bytes = TextDecoder.ByteLevel.raw(token);
            if (token.isEmpty()
                    || byteOf(token).isPresent()
                    || !Arrays.equals(bytes, token.getBytes(StandardCharsets.UTF_8))) {
                throw new BadInput("'" + token
                        + "' cannot be a special token of a byte tokenizer: choose two or more ASCII characters.");
            }
        }
        if (new HashSet<>(special).size() < special.size()) {
            throw new BadInput("The special tokens " + special + " are not all different.");
        }
    }

    private static OptionalInt byteOf(String token) {
        byte[] bytes = ByteAlphabet.bytes(token);
        return bytes == null || bytes.length != 1 ? OptionalInt.empty() : OptionalInt.of(bytes[0] & 0xFF);
    }

    @Override
    public Encoding encode(String text, boolean addSpecialTokens) {
        List<Integer> ids = new ArrayList<>();
        List<int[]> offsets = new ArrayList<>();
        int point = 0;
        for (int i = 0; i < text.length(); ) {
            Optional<String> mark = specialAt(text, i);
            int c = text.codePointAt(i);
            String part = mark.orElseGet(() -> Character.toString(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c));
            int points = part.codePointCount(0, part.length());
            int[] offset = {point, point + points};
            if (mark.isPresent()) {
                ids.add(BYTES + special.indexOf(part));
                offsets.add(offset);
            } else {
                for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
                    ids.add(b & 0xFF);
                    offsets.add(offset);
                }
            }
            point += points;
            i += mark.isPresent() ? part.length() : Character.charCount(c);
        }
        return new Encoding(
                ids.stream().mapToInt(Integer::intValue).toArray(),
                ids.stream().map(this::token).toList(),
                offsets.toArray(int[][]::new),
                new int[ids.size()]);
    }

    private Optional<String> specialAt(String text, int at) {
        return special.stream()
                .filter(token -> text.startsWith(token, at))
                .max((a, b) -> Integer.compare(a.length(), b.length()));
    }

    @Override
    public Detokenizer detokenizer(boolean skipSpecialTokens) {
        return new Detokenizer(
                id -> id < 0 || id >= size() || (skipSpecialTokens && isSpecial(id))
                        ? Optional.empty()
                        : Optional.of(token(id)),
                List.of(new TextDecoder.ByteLevel()));
    }

    @Override
    public String token(int id) {
        if (id < 0 || id >= size()) {
            return "";
        }
        return id < BYTES ? String.valueOf(ByteAlphabet.of(id)) : special.get(id - BYTES);
    }

    @Override
    public OptionalInt id(String token) {
        int at = special.indexOf(token);
        return at >= 0 ? OptionalInt.of(BYTES + at) : byteOf(token);
    }

    @Override
    public int size() {
        return BYTES + special.size();
    }

    @Override
    public boolean isSpecial(int id) {
        return id >= BYTES && id < size();
    }

    @Override
    public byte[] bytes(int id) {
        return TextDecoder.ByteLevel.raw(token(id));
    }

    @Override
    public void close() {}
}
