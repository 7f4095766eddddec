package chainrule.studies.data;

import chainrule.BadInput;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;
import tools.jackson.databind.json.JsonMapper;

/** The XML files of a folder of MedQuAD as JSON lines, a line for each question that has an answer. */
final class MedQuad {
    private MedQuad() {}

    /** @param archive a zip file of the repository */
    static byte[] lines(byte[] archive, String folder) {
        SortedMap<String, byte[]> files = new TreeMap<>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().contains("/" + folder + "/")
                        && entry.getName().endsWith(".xml")) {
                    files.put(entry.getName(), zip.readAllBytes());
                }
            }
            StringBuilder lines = new StringBuilder();
            for (byte[] file : files.values()) {
                add(parsed(file).getDocumentElement(), lines);
            }
            return lines.toString().getBytes(StandardCharsets.UTF_8);
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new BadInput("The archive of MedQuAD cannot be read (" + e.getMessage() + "): fetch it again.", e);
        }
    }

    private static Document parsed(byte[] xml) throws IOException, SAXException, ParserConfigurationException {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        DocumentBuilder builder = factory.newDocumentBuilder();
        // Errors come as exceptions; the default handler prints them as well.
        builder.setErrorHandler(new DefaultHandler());
        return builder.parse(new ByteArrayInputStream(xml));
    }

    private static void add(Element document, StringBuilder lines) {
        String focus = text(document, "Focus");
        NodeList pairs = document.getElementsByTagName("QAPair");
        for (int i = 0; i < pairs.getLength(); i++) {
            Element pair = (Element) pairs.item(i);
            String answer = text(pair, "Answer");
            if (!answer.isEmpty()) {
                Element question =
                        (Element) pair.getElementsByTagName("Question").item(0);
                lines.append("{\"doc\": ").append(quoted(document.getAttribute("id")));
                lines.append(", \"source\": ").append(quoted(document.getAttribute("source")));
                lines.append(", \"url\": ").append(quoted(document.getAttribute("url")));
                lines.append(", \"focus\": ").append(quoted(focus));
                lines.append(", \"qtype\": ").append(quoted(question.getAttribute("qtype")));
                lines.append(", \"question\": ").append(quoted(text(pair, "Question")));
                lines.append(", \"answer\": ").append(quoted(answer)).append("}\n");
            }
        }
    }

    /** The text of the first such element, with single spaces. */
    private static String text(Element in, String name) {
        NodeList all = in.getElementsByTagName(name);
        return all.getLength() == 0 ? "" : all.item(0).getTextContent().strip().replaceAll("[\\s\\u00a0]+", " ");
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }
}
