"""Street, number and room in columns of their own become one text."""


def composed(folder, header, row, name="plates.csv", column="text"):
    folder.text(name, f"{header}\n{row}\n")
    return folder.read().tables[name.split(".")[0]][column].tolist()


def test_a_bare_number_gets_its_street(folder):
    assert composed(folder, "门牌编号,街路巷,门牌号", "P1,长安路,12号") == ["长安路12号"]
    assert composed(folder, "门牌编号,RoadName,MPNumber", "P1,长安路,12") == ["长安路12号"]
    said = folder.read().repairs
    assert said["why"].str.startswith("text_composed").sum() == 1


def test_building_unit_and_room_follow_the_number(folder):
    header, row = "门牌编号,街路巷名称,门牌号,幢号,单元号,户室号", "P1,长安路,12号,3,2单元,401"
    assert composed(folder, header, row) == ["长安路12号3幢2单元401室"]


def test_a_register_without_a_text_is_given_one(folder):
    header, row = "标准地址编码,自然村名称,门楼牌号码", "A1,陈家院子,临8"
    assert composed(folder, header, row, "addresses.csv") == ["陈家院子临8号"]


def test_a_text_that_names_its_street_is_left_alone(folder):
    assert composed(folder, "门牌编号,街路巷,门牌号", "P1,长安路,和平街12号") == ["和平街12号"]
    assert composed(folder, "地址编码,标准地址,街路巷", "A1,重庆市璧山区广普镇长安路12号,长安路", "addresses.csv") == [
        "重庆市璧山区广普镇长安路12号"
    ]


def test_a_blank_part_adds_nothing(folder):
    assert composed(folder, "门牌编号,街路巷,自然村,门牌号", "P1,,陈家院子,12号") == ["陈家院子12号"]
