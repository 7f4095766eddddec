package chainrule.text;

import chainrule.BadInput;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Trains a byte-level BPE, the tokenizer of GPT-2: a text is split into words, numbers, punctuation and white space by a
 * pattern, each part is spelled in 256 characters that stand for bytes, and the most frequent pair of neighbours becomes
 * a token, again and again (Sennrich, Haddow and Birch 2016; Radford et al. 2019). Ids: the special tokens, the 256 bytes
 * in the order of their characters, the merges. The same documents give the same tokenizer.
 *
 * @param vocabulary how many tokens at most, special ones included
 * @param special special tokens, which texts may hold and training never makes
 * @param singleDigits whether a number is split into its digits (SmolLM2, Llama) or stays whole (GPT-2)
 * @param leastCount a pair must occur so often to become a token
 */
public record BpeTrainer(int vocabulary, List<String> special, boolean singleDigits, int leastCount) {
    private static final Pattern WORDS = Pattern.compile(OnigPattern.GPT2, Pattern.UNICODE_CHARACTER_CLASS);
    private static final int BYTES = 256;

    public BpeTrainer {
        special = List.copyOf(special);
        if (vocabulary < BYTES + special.size()) {
            throw new BadInput("A byte-level vocabulary of " + vocabulary + " tokens is too small: " + BYTES
                    + " bytes and " + special.size() + " special tokens need room.");
        }
        if (new HashSet<>(special).size() < special.size()
                || special.stream().anyMatch(t -> t.isEmpty() || (t.length() == 1 && ByteAlphabet.bytes(t) != null))) {
            throw new BadInput("The special tokens " + special + " must be different texts of two or more characters.");
        }
        if (leastCount < 1) {
            throw new BadInput("leastCount is " + leastCount + " and must be at least 1.");
        }
    }

    /** With digits one by one, and pairs that occur at least twice. */
    public BpeTrainer(int vocabulary, List<String> special) {
        this(vocabulary, special, true, 2);
    }

    /** Trains on documents and returns the text of a tokenizer.json. */
    public String train(Stream<String> documents) {
        Map<String, Long> words = new LinkedHashMap<>();
        documents.forEach(document -> count(document, words));
        List<String> tokens = new ArrayList<>(special);
        int[] alphabet = new int[BYTES];
        for (char c = 0; c < BYTES + 68; c++) {
            byte[] one = ByteAlphabet.bytes(String.valueOf(c));
            if (one != null) {
                alphabet[one[0] & 0xFF] = tokens.size();
                tokens.add(String.valueOf(c));
            }
        }
        List<int[]> spelled = new ArrayList<>(words.size());
        words.keySet().forEach(word -> spelled.add(spell(word, alphabet)));
        long[] counts = words.values().stream().mapToLong(Long::longValue).toArray();
        return json(tokens, new PairMerging(spelled, counts).run(symbols(tokens), leastCount));
    }

    /** Different pairs may spell the same token. */
    private PairMerging.Symbols symbols(List<String> tokens) {
        Map<String, Integer> ids = new HashMap<>();
        tokens.forEach(token -> ids.put(token, ids.size()));
        return new PairMerging.Symbols() {
            @Override
            public boolean full() {
                return tokens.size() == vocabulary;
            }

            @Override
            public OptionalInt of(int left, int right) {
                int id = ids.computeIfAbsent(tokens.get(left) + tokens.get(right), token -> {
                    tokens.add(token);
                    return tokens.size() - 1;
                });
                return id < special.size() ? OptionalInt.empty() : OptionalInt.of(id);
            }
        };
    }

    private void count(String document, Map<String, Long> words) {
        int from = 0;
        for (int i = 0; singleDigits && i < document.length(); ) {
            int c = document.codePointAt(i);
            int to = i + Character.charCount(c);
            if (numeric(c)) {
                split(document.substring(from, i), words);
                split(document.substring(i, to), words);
                from = to;
            }
            i = to;
        }
        split(document.substring(from), words);
    }

    /** As the library's Digits sees them: decimal digits, letters that are numbers, and other numbers. */
    private static boolean numeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    private static void split(String part, Map<String, Long> words) {
        Matcher matcher = WORDS.matcher(part);
        while (matcher.find()) {
            words.merge(matcher.group(), 1L, Long::sum);
        }
    }

    private static int[] spell(String word, int[] alphabet) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        int[] spelled = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            spelled[i] = alphabet[bytes[i] & 0xFF];
        }
        return spelled;
    }

    private String json(List<String> tokens, List<int[]> merges) {
        BpeJson json = new BpeJson(tokens);
        for (int id = 0; id < special.size(); id++) {
            json.added(id, tokens.get(id), true);
        }
        merges.forEach(pair -> json.merge(tokens.get(pair[0]), tokens.get(pair[1])));
        json.step(
                "pre_tokenizer",
                singleDigits
                        ? BpeJson.sequence(
                                "pretokenizers",
                                List.of(
                                        BpeJson.type("Digits").put("individual_digits", true),
                                        BpeJson.byteLevel(true, true)))
                        : BpeJson.byteLevel(true, true));
        json.step("post_processor", BpeJson.byteLevel(false, true));
        json.step("decoder", BpeJson.byteLevel(true, true));
        return json.text();
    }
}
