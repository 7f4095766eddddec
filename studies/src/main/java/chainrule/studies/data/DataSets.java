package chainrule.studies.data;

import chainrule.BadInput;
import chainrule.studies.data.DataFile.Form;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** The data sets that studies read. */
public final class DataSets {
    private static final String GITHUB = "https://raw.githubusercontent.com/";
    private static final String CONGRESS =
            GITHUB + "unitedstates/congress-legislators/8112283f16931e4a378067b77b9cad4edb09e2e5/";

    /** 2,000 news articles, one JSON object a line, with a text. */
    public static final DataSet WIKINEWS = new DataSet(
            "wikinews",
            "Wikinews articles, as the momentum decoding paper uses them",
            "CC BY 2.5",
            List.of(new DataFile(
                    "momentum-decoding/wikinews.jsonl",
                    GITHUB + "gmftbyGMFTBY/MomentumDecoding/HEAD/data/wikinews/wikinews.jsonl",
                    "5ce00cb0a375ad7b479df8d2134dd8c663b3e6644ec9dd0b48230451af47d34a",
                    Form.AS_IS)));

    /** Encyclopedia articles, a paragraph a line, rare words as {@code <unk>}. */
    public static final DataSet WIKITEXT = new DataSet(
            "wikitext-2",
            "WikiText-2, validation part",
            "CC BY-SA 3.0",
            List.of(new DataFile(
                    "contrastive-token/wikitext-2/valid.txt",
                    GITHUB + "pytorch/examples/HEAD/word_language_model/data/wikitext-2/valid.txt",
                    "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8",
                    Form.AS_IS)));

    /** A sentence a line in 16 languages, a file for each, named by its code. */
    public static final DataSet SENTENCES = new DataSet(
            "sentences",
            "Sentences of Universal Dependencies treebanks in 16 languages",
            "CC BY-SA 3.0 and 4.0",
            List.of(
                    new DataFile(
                            "contrastive-search/pud/ar.txt",
                            GITHUB + "UniversalDependencies/UD_Arabic-PUD/HEAD/ar_pud-ud-test.conllu",
                            "2d7a064887cf1ca3892dde8f972232dc108da775443d83346667fd2e3e6e3bf2",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/de.txt",
                            GITHUB + "UniversalDependencies/UD_German-PUD/HEAD/de_pud-ud-test.conllu",
                            "b3334a75152e3dae66e30c22ca64884ac1dea2fac3bdb0611a047cb45406e2b0",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/en.txt",
                            GITHUB + "UniversalDependencies/UD_English-PUD/HEAD/en_pud-ud-test.conllu",
                            "33ba9e548762dac0b624bd1db8eb077a38d4159d3b126393d6bfbfc3089858f7",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/es.txt",
                            GITHUB + "UniversalDependencies/UD_Spanish-PUD/HEAD/es_pud-ud-test.conllu",
                            "65e87a764fe4cc1d61883d0f7c6d78dcc2a9017f722776ebb84f49e9de520016",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/fr.txt",
                            GITHUB + "UniversalDependencies/UD_French-PUD/HEAD/fr_pud-ud-test.conllu",
                            "4bccb566709d155482bf533a2936083d7f0597c42643d9c1eaf2956566c812ac",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/hi.txt",
                            GITHUB + "UniversalDependencies/UD_Hindi-PUD/HEAD/hi_pud-ud-test.conllu",
                            "c2f8257ccb9469ede767edeb2188424615d7f6fa165b3f4404d63ba78e9b8712",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/id.txt",
                            GITHUB + "UniversalDependencies/UD_Indonesian-PUD/HEAD/id_pud-ud-test.conllu",
                            "045c75d70e1fad08651b2f453f0469a950548405e37ef014121cdabd60f7e2e0",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/it.txt",
                            GITHUB + "UniversalDependencies/UD_Italian-PUD/HEAD/it_pud-ud-test.conllu",
                            "91e79e88ef233b4806884fc5322d2b838b868091f96ec680d0144096ea426fb9",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/ko.txt",
                            GITHUB + "UniversalDependencies/UD_Korean-PUD/HEAD/ko_pud-ud-test.conllu",
                            "7d3f9e1ffe8717a2836f31096f44324e6d8a1d90ac48f2ddfd2a36d84bafccce",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/pt.txt",
                            GITHUB + "UniversalDependencies/UD_Portuguese-PUD/HEAD/pt_pud-ud-test.conllu",
                            "3f1be1ecedf40bfced9be6c7a1ea4cd6b90879eaa678106547622fe0a16e402a",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/ru.txt",
                            GITHUB + "UniversalDependencies/UD_Russian-PUD/HEAD/ru_pud-ud-test.conllu",
                            "b38546f79a03ed00e42b13af9e3e910f11bf6cf5905bb3a746d14b4e1ce356c1",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/th.txt",
                            GITHUB + "UniversalDependencies/UD_Thai-PUD/HEAD/th_pud-ud-test.conllu",
                            "dc647ae43a946ff26cb4d8c1f95468445acc9340e2c44e46eb3b6011c681b76c",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/zh.txt",
                            GITHUB + "UniversalDependencies/UD_Chinese-PUD/HEAD/zh_pud-ud-test.conllu",
                            "08b8258f235f48d9880b4fc392b89ce81f7f8f8d7b6819f1a12fdd35d8d283fb",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/ja.txt",
                            GITHUB + "UniversalDependencies/UD_Japanese-GSD/HEAD/ja_gsd-ud-test.conllu",
                            "ecc085aac12c61edadec0d10b4b26658aac920a2ccd03b6e65102d1605b194d3",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/nl.txt",
                            GITHUB + "UniversalDependencies/UD_Dutch-LassySmall/HEAD/nl_lassysmall-ud-dev.conllu",
                            "e3dc11bce954c84727ac6b08aad91d7186f17f0bacf78b395784d43e9bfe5824",
                            Form.CONLLU_TEXT),
                    new DataFile(
                            "contrastive-search/pud/bn.txt",
                            GITHUB + "UniversalDependencies/UD_Bengali-BRU/HEAD/bn_bru-ud-test.conllu",
                            "4cd3aa9686aa9364dafda776474ae21c9984b60a70247eed5771616254647835",
                            Form.CONLLU_TEXT)));

    /** 480 prompts of 13 categories, one JSON object a line, with a category and turns. */
    public static final DataSet SPEC_BENCH = new DataSet(
            "spec-bench",
            "Spec-Bench, prompts to measure speculative decoding with",
            "Apache-2.0; the prompts have terms of their own",
            List.of(new DataFile(
                    "flash/spec-bench-question.jsonl",
                    GITHUB + "hemingkx/Spec-Bench/HEAD/data/spec_bench/question.jsonl",
                    "4b6d33e79484f9841c487ee87d1cf6aa8c6066f61d5d482ff09e5a007fafdf04",
                    Form.AS_IS)));

    /** 32,033 first names in small letters, one a line. */
    public static final DataSet NAMES = new DataSet(
            "names",
            "First names, as makemore has them",
            "MIT; the names are in the public domain",
            List.of(new DataFile(
                    "gdc/names.txt",
                    GITHUB + "karpathy/makemore/HEAD/names.txt",
                    "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d",
                    Form.AS_IS)));

    /**
     * All members of the United States' congress: a heading, then last, first and middle name, birthday, gender, type of
     * seat, state and party, with commas between. These columns of two files of the original, the later below the former.
     */
    public static final DataSet LEGISLATORS = new DataSet(
            "legislators",
            "Members of the United States' congress since 1789",
            "CC0 1.0",
            List.of(new DataFile(
                    "gdc/legislators.csv",
                    List.of(CONGRESS + "legislators-historical.csv", CONGRESS + "legislators-current.csv"),
                    "1712260514fbed3519c86696c70e1c7e60b414178f0ca1c2f50ec1a723143baa",
                    Form.CONGRESS)));

    /** Words about a topic, one a line, a file for each of ten topics. */
    public static final DataSet WORD_LISTS = new DataSet(
            "word-lists",
            "Words about ten topics, of Plug and Play Language Models",
            "Apache-2.0",
            List.of(
                    wordList("computers", "561075e46636543068b0700e2cc35991458a89eaf8495bd1a48cea70600a08ba"),
                    wordList("fantasy", "407075b8849535fdbdd3a17ffb50779c5b279a58c560c34c5de69994b9ade6be"),
                    wordList("kitchen", "f58358aaf1dcfe50d5f7d33537ca1e22846c7c33f3d9b4653035d3af10cdc4fa"),
                    wordList("legal", "082d14afe98b920d24dd4a3909d72e5a712138eabe8f83d6098c44d32a047a15"),
                    wordList("military", "617809190240f1628ae180405b3d4503dda183dbf051ab453cca638c0e3e5daa"),
                    wordList("politics", "257582837c56dcfb11418183374117aeeefc8c075f5febba06cdbd15de005fc5"),
                    wordList("positive_words", "be4e620509765882d66e1adbf93bc8cb044eab8eb6795b64dc564985a1fdb62e"),
                    wordList("religion", "8a07352cec6634b4b7e126bafbcf148f9987a9b186be49919bd3e3b370ce3efb"),
                    wordList("science", "a339c27b0556ef83b5943d6aa5925fdc6a300fb24b64e69c957a619dad44edee"),
                    wordList("space", "de1a50a46f3f68b347f9c800cb8981865b85a94f83a15cea7c653067f4b82dc5")));

    private static DataFile wordList(String topic, String sha256) {
        return new DataFile(
                "gdc/wordlists/" + topic + ".txt",
                GITHUB + "uber-research/PPLM/HEAD/paper_code/wordlists/" + topic + ".txt",
                sha256,
                Form.AS_IS);
    }

    /** 10,662 sentences of film reviews, half of them positive, in a zip file with a file for each half, ISO-8859-1. */
    public static final DataSet SENTENCE_POLARITY = new DataSet(
            "sentence-polarity",
            "Sentence polarity dataset 1.0 (Pang and Lee, 2005)",
            "CC BY 4.0",
            List.of(new DataFile(
                    "mezo/sentence_polarity.zip",
                    GITHUB + "nltk/nltk_data/HEAD/packages/corpora/sentence_polarity.zip",
                    "6e1ed4405b65c7eabf1d199a7f7c437091ac21da0ea7467b410a74062574566b",
                    Form.AS_IS)));

    /** 2,098 dialogues with an assistant, one JSON object a line, with turns of speaker and words. */
    public static final DataSet DIALOGUES = new DataSet(
            "dialogues",
            "Schema-guided dialogues of DSTC 8, part of the development split",
            "CC BY-SA 4.0",
            List.of(new DataFile(
                    "contrastive-token/sgd-dialogues/dialogues.jsonl",
                    IntStream.concat(IntStream.rangeClosed(1, 14), IntStream.of(16, 19, 20))
                            .mapToObj(i -> GITHUB + "google-research-datasets/dstc8-schema-guided-dialogue/HEAD/dev/"
                                    + String.format(Locale.ROOT, "dialogues_%03d.json", i))
                            .toList(),
                    "00e6d123a99a101529b6fd6b8d2299cbc65345baef10616f9db561ae88157179",
                    Form.DIALOGUES)));

    /** Questions on genetic conditions with their answers, one JSON object a line, with a focus. */
    public static final DataSet MEDQUAD_GHR = new DataSet(
            "medquad-ghr",
            "MedQuAD, questions and answers from Genetics Home Reference",
            "CC BY 4.0",
            List.of(new DataFile(
                    "retro/medquad_ghr.jsonl",
                    "https://codeload.github.com/abachaa/MedQuAD/zip/577bd37b96c02d1833b2c9eed2de9f96964e96cb",
                    "11514ef006a7baf859109a5bca34be807404905a2a407dd8db4e20cb453a486c",
                    Form.MEDQUAD_GHR)));

    private DataSets() {}

    public static List<DataSet> all() {
        return List.of(
                WIKINEWS,
                WIKITEXT,
                SENTENCES,
                SPEC_BENCH,
                DIALOGUES,
                MEDQUAD_GHR,
                SENTENCE_POLARITY,
                NAMES,
                LEGISLATORS,
                WORD_LISTS);
    }

    /** @throws BadInput where there is no such data set */
    public static DataSet find(String name) {
        return all().stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new BadInput("There is no data set '" + name + "'; there are "
                        + String.join(", ", all().stream().map(DataSet::name).toList()) + "."));
    }
}
